"""A client's KYC level: asked for by one, agreed to by another, and what hangs on it follows."""

from typing import Any
from uuid import uuid4

import pytest

from backoffice.approvals.actions import executing, refusals
from backoffice.approvals.models import ApprovalRequest
from backoffice.core.errors import Conflict
from backoffice.core.models import EventRecord
from crm.actions import kyc
from crm.actions.kyc import KycWish
from crm.models import Client
from tests.factories.accounts.approvals import agreed
from tests.factories.people import NOW, SETUP, a_client, a_staff_user

pytestmark = pytest.mark.django_db


def ask(client: Client, user: Any, level: int = 2, **told: Any) -> ApprovalRequest:
    """Ask for another level."""
    wish = KycWish(key=told.get("key") or uuid4(), level=level, reason="passport and a bill seen")
    number = kyc.ask_for_level(client_id=client.pk, wish=wish, actor=user.actor, now=NOW)
    return ApprovalRequest.objects.get(pk=number)


def test_two_people_change_a_level() -> None:
    client, asker = a_client("Ana Ruiz"), a_staff_user("back_office")
    request = ask(client, asker)
    with pytest.raises(refusals.NotYours):
        agreed(request, asker)
    client.refresh_from_db()
    assert client.kyc_level == 0
    agreed(request, a_staff_user("compliance"))
    executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    client.refresh_from_db()
    assert client.kyc_level == 2
    told = EventRecord.objects.get(name="crm.client.kyc_changed").told()
    assert ["client", str(client.pk)] in told["subjects"]


def test_back_office_does_not_agree() -> None:
    request = ask(a_client("Ana Ruiz"), a_staff_user("back_office"))
    with pytest.raises(refusals.NotYours):
        agreed(request, a_staff_user("back_office"))


def test_a_level_that_changed_meanwhile_voids_it() -> None:
    client = a_client("Ana Ruiz")
    request = ask(client, a_staff_user("back_office"))
    agreed(request, a_staff_user("compliance"))
    Client.objects.filter(pk=client.pk).update(kyc_level=1)
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "VOIDED"
    client.refresh_from_db()
    assert client.kyc_level == 1


def test_it_is_asked_once_and_only_for_what_can_be() -> None:
    client, asker, key = a_client("Ana Ruiz"), a_staff_user("back_office"), uuid4()
    first = ask(client, asker, key=key)
    assert ask(client, asker, key=key) == first
    with pytest.raises(Conflict):
        ask(client, asker, level=3, key=key)
    with pytest.raises(kyc.NothingToDo, match="already"):
        ask(client, asker, level=0)
    with pytest.raises(kyc.NothingToDo, match="no such"):
        ask(client, asker, level=7)
    with pytest.raises(refusals.NotAskable):
        ask(client, a_staff_user("sales_agent"))

"""A client's e-mail and phone: asked for by one, agreed to by another, never by one hand."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from backoffice.approvals.actions import executing, refusals
from backoffice.approvals.models import ApprovalRequest
from backoffice.core.errors import Conflict
from backoffice.core.models import EventRecord
from backoffice.core.outbox import sealing
from crm.actions import clients, contacts
from crm.actions.contacts import ContactWish
from crm.models import Client
from tests.factories.accounts.approvals import agreed
from tests.factories.people import NOW, SETUP, a_client, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """Somebody with an address."""
    return a_client("Ana Ruiz", email="ana@example.com", phone="+34 600 000 001")


def ask(client: Client, user: Any, email: str = "new@example.com") -> ApprovalRequest:
    """Ask for another address."""
    wish = ContactWish(key=uuid4(), email=email, phone=client.phone, reason="by video call")
    number = contacts.ask_for_contacts(client_id=client.pk, wish=wish, actor=user.actor, now=NOW)
    return ApprovalRequest.objects.get(pk=number)


def test_two_people_change_an_address(client: Client) -> None:
    asker, voter = (a_staff_user("back_office") for _ in range(2))
    request = ask(client, asker)
    client.refresh_from_db()
    assert client.email == "ana@example.com"
    with pytest.raises(refusals.SamePerson):
        agreed(request, asker)
    agreed(request, voter)
    executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    client.refresh_from_db()
    assert client.email == "new@example.com"
    told = [event.told() for event in EventRecord.objects.all()]
    assert not any("example.com" in str(one) for one in told)
    assert ["client", str(client.pk)] in told[-1]["subjects"]


def test_a_request_keeps_no_contact_in_plain_words_and_is_asked_once(client: Client) -> None:
    asker = a_staff_user("back_office")
    wish = ContactWish(key=uuid4(), email="new@example.com", phone="1", reason="by video call")
    told: Any = {"client_id": client.pk, "wish": wish, "actor": asker.actor, "now": NOW}
    number = contacts.ask_for_contacts(**told)
    assert contacts.ask_for_contacts(**told) == number
    with pytest.raises(Conflict):
        contacts.ask_for_contacts(**told | {"wish": replace(wish, phone="2")})
    request = ApprovalRequest.objects.get(pk=number)
    whole = f"{request.payload}{request.asked_facts}{request.picture}"
    assert "example.com" not in whole
    words = dict(contacts.describe(json.loads(request.payload)))
    assert (words["E-mail"], words["E-mail now"]) == ("new@example.com", "ana@example.com")
    agreed(request, a_staff_user("compliance"))
    sealing.erase("client", client.pk)
    done = executing.execute(request_id=request.pk, actor=SETUP, now=NOW)
    assert (done.state, "forgotten" in done.closed_reason) == ("VOIDED", True)


def test_one_hand_alone_changes_neither(client: Client) -> None:
    for changes in ({"email": "x@example.com"}, {"phone": "1"}):
        with pytest.raises(clients.NotEditable):
            clients.update_client(client_id=client.pk, changes=changes, actor=SETUP, now=NOW)


def test_an_address_that_changed_meanwhile_voids_it(client: Client) -> None:
    request = ask(client, a_staff_user("back_office"))
    agreed(request, a_staff_user("compliance"))
    Client.objects.filter(pk=client.pk).update(email="other@example.com")
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "VOIDED"


def test_whose_own_record_it_is_does_not_agree(client: Client) -> None:
    request = ask(client, a_staff_user("back_office"))
    voter = a_staff_user("compliance")
    Client.objects.filter(pk=client.pk).update(email=voter.email)
    with pytest.raises(refusals.SamePerson, match="benefit"):
        agreed(request, voter)


def test_what_cannot_be_asked_for(client: Client) -> None:
    officer = a_staff_user("back_office")
    with pytest.raises(clients.NotEditable):
        ask(client, officer, email="no address")
    with pytest.raises(contacts.NothingToDo):
        ask(client, officer, email=client.email.upper())
    with pytest.raises(refusals.NotAskable):
        ask(client, a_staff_user("sales_agent"))

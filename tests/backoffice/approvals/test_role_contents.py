"""What a role allows is changed by two people, neither of whom holds it, and by nobody's SQL."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from backoffice.approvals.actions import executing, refusals
from backoffice.approvals.actions.refusals import constraint_of
from backoffice.approvals.models import ApprovalRequest
from backoffice.core import records
from backoffice.core.errors import Conflict
from backoffice.identity.actions.people import Oneself
from backoffice.identity.models import Role, User
from tests.factories.accounts.approvals import agreed
from tests.factories.accounts.roles import a_change_of, a_changed_role
from tests.factories.people import NOW, SETUP, a_browser, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    """An administrator."""
    return a_staff_user("administrator")


@pytest.fixture
def role() -> Role:
    """What dealers may do."""
    return Role.objects.get(code="dealer")


def form_of(role: Role, **changes: Any) -> dict[str, Any]:
    """What the page would send back unchanged."""
    now = {"permissions": role.permissions, "reach": role.reach, "networks": ""}
    return {**now, "key": str(uuid4()), "reason": "dealers mend data", **changes}


def test_it_is_asked_for_on_a_page_agreed_to_on_another_and_holds_at_the_next_click(
    boss: User, role: Role
) -> None:
    holder, url = a_staff_user("dealer"), reverse("approvals:role-change", args=[role.pk])
    assert not holder.may("crm.client.edit")
    browser = a_browser(boss)
    assert "It holds once another person agreed" in browser.get(url).text
    sent = form_of(
        role,
        permissions=[*role.permissions, "crm.client.edit"],
        reach="entity",
        networks="203.0.113.9/24\n\n",
    )
    assert browser.post(url, sent).status_code == 302
    request = ApprovalRequest.objects.get(kind="identity.role_contents")
    assert not User.objects.get(pk=holder.pk).may("crm.client.edit")

    other = a_browser(a_staff_user("compliance"))
    page = other.get(reverse("approvals:request-detail", args=[request.pk])).text
    assert "May then" in page
    assert "dealers mend data" in page
    seen = {"payload": request.payload_digest, "facts": request.facts}
    other.post(reverse("approvals:request-agree", args=[request.pk]), seen)
    role.refresh_from_db()
    assert (role.reach, role.networks) == ("entity", ["203.0.113.0/24"])
    assert role.changed_by == str(boss.actor)
    assert User.objects.get(pk=holder.pk).may("crm.client.edit")
    told = " ".join(one.sentence for one in records.for_subject("role", "dealer"))
    assert "crm.client.edit" in told
    assert "dealers mend data" in browser.get(reverse("identity:role-detail", args=[role.pk])).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"permissions": ["crm.client.fly"]}, "crm.client.fly"),
        ({"reach": "everywhere"}, "everywhere"),
        ({"networks": "the office"}, "written like"),
        ({"reason": ""}, "required"),
        ({}, "like that already"),
    ],
)
def test_what_makes_no_sense_asks_for_nothing(
    boss: User, role: Role, changes: dict[str, object], sentence: str
) -> None:
    url = reverse("approvals:role-change", args=[role.pk])
    answer = a_browser(boss).post(url, form_of(role, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not ApprovalRequest.objects.exists()


def test_nobody_asks_for_or_agrees_to_more_for_a_role_that_they_hold(
    boss: User, role: Role
) -> None:
    own = Role.objects.get(code="administrator")
    with pytest.raises(Oneself):
        a_change_of(own, boss, reach="own")
    request = a_change_of(role, boss, reach="entity")
    holder = a_staff_user("dealer", is_superuser=True)
    with pytest.raises(refusals.SamePerson):
        agreed(request, holder)
    with pytest.raises(refusals.NotAskable):
        a_change_of(role, a_staff_user("support"), reach="own")
    with pytest.raises(refusals.AnotherWaits):
        a_change_of(role, boss, reach="all", networks=["10.0.0.0/8"])


def test_nobody_agrees_to_a_role_of_their_own(boss: User) -> None:
    from backoffice.approvals.actions import role_changes

    person = a_staff_user("compliance")
    wish = role_changes.RoleWish(key=uuid4(), user_id=person.pk, role="finance", reason="x")
    request = role_changes.ask_for_role(role=wish, actor=boss.actor, now=NOW)
    with pytest.raises(refusals.SamePerson, match="benefit"):
        agreed(request, person)
    assert agreed(request, a_staff_user("compliance")).completes


def test_a_role_that_changed_meanwhile_voids_it(boss: User, role: Role) -> None:
    request = a_change_of(role, boss, reach="entity")
    agreed(request, a_staff_user("compliance"))
    Role.objects.filter(pk=role.pk).update(changed_by="x")  # says nothing about what it allows
    assert executing.execute(request_id=request.pk, actor=SETUP, now=NOW).state == "EXECUTED"
    again = Role.objects.get(pk=role.pk)
    with pytest.raises(Conflict):
        a_change_of(again, boss)


def test_no_sql_of_the_application_changes_what_a_role_allows(boss: User, role: Role) -> None:
    a_change_of(role, boss, reach="entity")  # asked for is not agreed to
    changes = (
        {"permissions": []},
        {"reach": "entity"},
        {"networks": ["10.0.0.0/8"]},
        {"code": "x"},
    )
    for change in changes:
        with pytest.raises(IntegrityError) as found, transaction.atomic():
            Role.objects.filter(pk=role.pk).update(**change)
        assert constraint_of(found.value) == "approvals_role_allowed"


def test_what_was_allowed_once_is_not_brought_back_by_sql(role: Role) -> None:
    first = a_changed_role("dealer", networks=["10.0.0.0/8"])
    a_changed_role("dealer", networks=["192.0.2.0/24"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.filter(pk=role.pk).update(networks=first.networks)


def test_a_stranger_role_is_absent(boss: User) -> None:
    browser: Browser = a_browser(boss)
    assert browser.get(reverse("approvals:role-change", args=[10_000])).status_code == 404

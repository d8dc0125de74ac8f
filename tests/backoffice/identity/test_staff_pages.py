"""Staff, roles and desks on their pages: who may do what to whom, with which trace."""

import re

import pytest
from django.test import Client as Browser

from backoffice.core import records
from backoffice.identity.actions import role_contents, roles
from backoffice.identity.models import Desk, Role, User
from backoffice.identity.pages.roster import roles as pages
from backoffice.identity.permissions import EDIT_STAFF, USE_ADMIN
from backoffice.identity.queries import people
from tests.factories.people import NOW, SETUP, a_browser, a_desk, a_legal_entity, a_staff_user
from tests.factories.sign_in.rows import a_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    """An administrator; there is another, so that neither is the last."""
    a_staff_user("administrator")
    return a_staff_user("administrator")


@pytest.fixture
def browser(boss: User) -> Browser:
    return a_browser(boss)


def what(user: User) -> list[str]:
    return [view.name for view in records.for_subject("user", user.pk)]


def contents(role: Role, **changes: object) -> role_contents.Contents:
    plain = {"permissions": role.permissions, "reach": role.reach, "networks": role.networks}
    return role_contents.Contents(**{**plain, **changes})  # type: ignore[arg-type]


def test_a_role_shows_who_holds_it_and_leads_to_where_a_change_is_asked_for(
    browser: Browser,
) -> None:
    role, holder = Role.objects.get(code="dealer"), a_staff_user("dealer")
    page = browser.get(f"/roles/{role.pk}/").text
    assert holder.full_name in page
    assert f"/approvals/roles/{role.pk}/change/" in page
    assert browser.post(f"/roles/{role.pk}/change/", {"reach": "all"}).status_code == 404


def test_the_house_keeps_somebody_who_grants_roles() -> None:
    a_staff_user("administrator")
    role = Role.objects.get(code="administrator")
    left = [code for code in role.permissions if code != USE_ADMIN.code]
    told = {"role_id": role.pk, "reason": "try", "actor": SETUP, "now": NOW}
    with pytest.raises(role_contents.LastAdministrator):
        role_contents.change_role(contents=contents(role, permissions=left), **told)
    with pytest.raises(role_contents.BadContents):
        role_contents.change_role(contents=contents(role, reach="moon"), **told)


def test_a_grant_that_has_ended_before_it_began_is_refused() -> None:
    person = a_staff_user()
    with pytest.raises(roles.EndsTooSoon):
        roles.grant_role(user_id=person.pk, role="risk", expires_at=NOW, actor=SETUP, now=NOW)


def test_roles_are_granted_by_two_people(browser: Browser) -> None:
    """This page only leads to where a role is asked for; a second person decides there."""
    person = a_staff_user("dealer")
    assert "/approvals/" in browser.get(f"/staff/{person.pk}/").text
    assert browser.post(f"/staff/{person.pk}/grant/", {"role": 1}).status_code == 404


def test_nobody_does_it_to_themselves(browser: Browser, boss: User) -> None:
    assert browser.post(f"/staff/{boss.pk}/suspend/", {"reason": "x"}).status_code == 422
    assert User.objects.get(pk=boss.pk).is_active


def test_a_suspended_person_is_out_at_the_next_request(browser: Browser) -> None:
    person = a_staff_user("dealer")
    theirs, visit = a_browser(person), a_visit(person)
    assert theirs.get("/").status_code == 200
    refused = browser.post(f"/staff/{person.pk}/suspend/", {"reason": ""})
    assert 'id="wrong-suspend">This field is required' in refused.content.decode()
    browser.post(f"/staff/{person.pk}/suspend/", {"reason": "left the house"})
    assert theirs.get("/").status_code == 302
    visit.refresh_from_db()
    assert visit.ended_at is not None
    assert "identity.staff.suspended" in what(person)
    assert "Suspended" in browser.get(f"/staff/{person.pk}/").text
    browser.post(f"/staff/{person.pk}/reinstate/")
    assert User.objects.get(pk=person.pk).is_active


def test_a_person_is_moved_signed_out_and_given_a_new_factor(browser: Browser) -> None:
    desk = a_desk(a_legal_entity(), "north")
    person = a_staff_user("dealer")
    a_browser(person)
    visit = a_visit(person)
    browser.post(f"/staff/{person.pk}/move/", {"desk": desk.pk})
    browser.post(f"/staff/{person.pk}/sign-out/")
    browser.post(f"/staff/{person.pk}/reset-factor/", {"reason": "lost phone"})
    visit.refresh_from_db()
    assert visit.ended_at is not None
    assert User.objects.get(pk=person.pk).desk == desk
    assert what(person)[0] == "identity.factor.reset"


def test_reach_bounds_what_is_done_to_people() -> None:
    """An editor of one legal entity does nothing to people of another."""
    here, there = a_legal_entity(), a_legal_entity()
    Role.objects.create(
        code="hr", name="HR", reach="entity", permissions=[EDIT_STAFF.code, "identity.staff.view"]
    )
    editor = a_staff_user("hr", desk=a_desk(here), entity=here)
    far = a_staff_user("dealer", desk=a_desk(there))
    browser = a_browser(editor)
    answer = browser.post(f"/staff/{far.pk}/suspend/", {"reason": "spite"})
    assert answer.status_code == 404
    assert User.objects.get(pk=far.pk).is_active
    assert people.list_staff_for(editor).filter(pk=far.pk).count() == 0


def test_desks_stand_as_a_tree_and_grow(browser: Browser) -> None:
    root = a_desk(a_legal_entity("tree"), "sales")
    sent = {"above": root.pk, "code": "north", "name": "North"}
    assert browser.post("/desks/new/", sent).status_code == 302
    assert Desk.objects.get(path="sales.north").parent == root
    person = a_staff_user("dealer", desk=Desk.objects.get(path="sales.north"))
    page = browser.get("/desks/").text
    assert re.search(rf"sales\.north.*{person.full_name}", page, re.DOTALL)
    twice = browser.post("/desks/new/", sent)
    assert twice.status_code == 422
    assert "already" in twice.text


def test_who_only_looks_is_offered_no_act() -> None:
    auditor, person = a_staff_user("auditor"), a_staff_user("dealer")
    page = a_browser(auditor).get(f"/staff/{person.pk}/").text
    assert "Suspend" not in page
    role = Role.objects.get(code="dealer")
    assert "Ask for a change" not in a_browser(auditor).get(f"/roles/{role.pk}/").text
    assert pages.found(role.pk) == role

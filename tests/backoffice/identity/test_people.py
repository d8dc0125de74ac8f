"""Joining, leaving, roles and preferences: what is written, what is told, what is refused."""

import pytest

from backoffice.core import records
from backoffice.core.models import EventRecord, Work
from backoffice.identity.actions import people, roles
from backoffice.identity.models import User
from backoffice.identity.queries.people import find_staff, get_staff, list_staff_for, names_of
from tests.factories.people import NOW, PASSWORD, SETUP, a_desk, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db


def told(user: User) -> list[str]:
    return [view.name for view in reversed(records.for_subject("user", user.pk))]


def test_somebody_joins_without_rights() -> None:
    user = people.create_staff(
        email=" Ana@House.example ",
        full_name="Ana Ruiz",
        password=PASSWORD,
        actor=SETUP,
        now=NOW,
    )
    assert user.email == "ana@house.example"
    assert user.check_password(PASSWORD)
    assert told(user) == ["identity.staff.created"]
    assert find_staff("ANA@house.example") == user
    assert str(user.actor) == f"staff:{user.pk}"


def test_events_carry_no_address_and_no_name() -> None:
    user = a_staff_user("dealer", name="Unmistakable Person")
    bodies = b"".join(bytes(event.body) for event in EventRecord.objects.all())
    assert str(user.pk).encode() in bodies
    assert b"nmistakable" not in bodies


def test_an_address_is_taken_once() -> None:
    user = a_staff_user()
    before = EventRecord.objects.count()
    with pytest.raises(people.EmailTaken):
        people.create_staff(email=user.email.upper(), full_name="Twin", actor=SETUP, now=NOW)
    assert EventRecord.objects.count() == before


@pytest.mark.parametrize("password", ["short", "password1234", "a@house.example", "MetaTrader-26"])
def test_weak_passwords_are_refused_by_their_rule(password: str) -> None:
    with pytest.raises(people.WeakPassword) as refusal:
        people.create_staff(
            email="a@house.example", full_name="A", password=password, actor=SETUP, now=NOW
        )
    assert refusal.value.sentence


def test_a_suspended_person_is_nobody_and_can_come_back() -> None:
    user, admin = a_staff_user("dealer"), a_staff_user("administrator")
    people.suspend_staff(user_id=user.pk, reason="left", actor=admin.actor, now=NOW)
    assert get_staff(user.pk) is None
    assert Work.objects.filter(reaction="backoffice.identity.tasks.close_sockets").exists()
    people.reinstate_staff(user_id=user.pk, actor=admin.actor, now=NOW)
    assert get_staff(user.pk) == user
    assert told(user)[-2:] == ["identity.staff.suspended", "identity.staff.reinstated"]


def test_nobody_suspends_themselves_nor_the_last_administrator() -> None:
    admin = a_staff_user("administrator")
    with pytest.raises(people.Oneself):
        people.suspend_staff(user_id=admin.pk, reason="x", actor=admin.actor, now=NOW)
    with pytest.raises(people.LastAdministrator):
        people.suspend_staff(user_id=admin.pk, reason="x", actor=SETUP, now=NOW)
    with pytest.raises(people.LastAdministrator):
        roles.revoke_role(grant_id=admin.grants.get().pk, actor=SETUP, now=NOW)
    a_staff_user("administrator")
    roles.revoke_role(grant_id=admin.grants.get().pk, actor=SETUP, now=NOW)
    assert told(admin)[-1] == "identity.role.revoked"


def test_roles_are_granted_by_others_and_once() -> None:
    user = a_staff_user("dealer")
    with pytest.raises(roles.GrantedAlready):
        roles.grant_role(user_id=user.pk, role="dealer", actor=SETUP, now=NOW)
    with pytest.raises(people.Oneself):
        roles.grant_role(user_id=user.pk, role="risk", actor=user.actor, now=NOW)
    grant = user.grants.get()
    roles.revoke_role(grant_id=grant.pk, actor=SETUP, now=NOW)
    with pytest.raises(roles.NotGranted):
        roles.revoke_role(grant_id=grant.pk, actor=SETUP, now=NOW)


def test_preferences_change_and_only_they() -> None:
    user = a_staff_user()
    people.change_preferences(
        user_id=user.pk,
        changes={"theme": "dark", "timezone": "Europe/Madrid"},
        actor=user.actor,
        now=NOW,
    )
    user.refresh_from_db()
    assert (user.theme, user.timezone) == ("dark", "Europe/Madrid")
    for wrong in ({"theme": "pink"}, {"timezone": "Mars/North"}, {"is_superuser": "1"}):
        with pytest.raises(people.NotAPreference):
            people.change_preferences(user_id=user.pk, changes=wrong, actor=user.actor, now=NOW)


def test_staff_see_staff_of_their_desk() -> None:
    entity = a_legal_entity()
    desk, elsewhere = a_desk(entity, "sales"), a_desk(entity, "other")
    manager = a_staff_user("sales_manager", desk=desk)
    colleague, stranger = a_staff_user(desk=desk), a_staff_user(desk=elsewhere)
    assert set(list_staff_for(manager)) == {manager, colleague}
    assert not list_staff_for(stranger).exists()
    assert names_of({colleague.pk}) == {colleague.pk: colleague.full_name}


def test_a_new_desk_moves_the_person() -> None:
    entity = a_legal_entity()
    user, desk = a_staff_user(), a_desk(entity)
    people.move_to_desk(user_id=user.pk, desk_id=desk.pk, actor=SETUP, now=NOW)
    user.refresh_from_db()
    assert user.desk == desk
    people.move_to_desk(user_id=user.pk, desk_id=None, actor=SETUP, now=NOW)
    assert told(user)[-2:] == ["identity.staff.desk_changed"] * 2


def test_another_password_ends_the_sessions_of_the_old_one() -> None:
    user = a_staff_user()
    before = user.get_session_auth_hash()
    changed = people.set_password(
        user_id=user.pk, password="quite another one", actor=user.actor, now=NOW
    )
    assert changed.get_session_auth_hash() != before

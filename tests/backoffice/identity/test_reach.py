"""What roles allow, and how far: own, desk, legal entity, everything, and their union."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core import clock, permissions
from backoffice.core.access import Level, Reach
from backoffice.identity.actions import people, roles
from backoffice.identity.models import Role, RoleGrant, User
from crm.permissions import SEE_CLIENTS, SEE_CONTACTS
from tests.factories.people import NOW, SETUP, a_desk, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_every_seeded_permission_is_named_by_some_app() -> None:
    seeded = {code for role in Role.objects.all() for code in role.permissions}
    assert Role.objects.count() == 11
    assert seeded <= set(permissions.registered())


def test_every_permission_is_held_by_some_role() -> None:
    seeded = {code for role in Role.objects.all() for code in role.permissions}
    ours = {
        code
        for code in permissions.registered()
        if code.split(".")[0] in ("crm", "identity", "company")
    }
    assert ours <= seeded


def test_without_a_role_nothing_is_allowed() -> None:
    user = a_staff_user()
    assert user.reach("crm.client.view") is None
    assert not user.may(SEE_CLIENTS)


def test_own_reaches_oneself() -> None:
    user = a_staff_user("sales_agent")
    assert user.reach("crm.client.view") == Reach(Level.OWN, user.pk)
    assert user.may(SEE_CLIENTS)
    assert not user.may(SEE_CONTACTS)


def test_desk_reaches_the_desks_below_and_no_namesake() -> None:
    entity, other = a_legal_entity(), a_legal_entity()
    top = a_desk(entity, "sales")
    below = a_desk(entity, "north", parent=top)
    deepest = a_desk(entity, "team-1", parent=below)
    a_desk(entity, "sales-extra")
    a_desk(other, "sales")
    user = a_staff_user("sales_manager", desk=top)
    assert user.reach("crm.client.view") == Reach(
        Level.DESK, user.pk, desk_ids=frozenset({top.pk, below.pk, deepest.pk})
    )


def test_a_role_in_one_legal_entity_stays_there() -> None:
    entity = a_legal_entity()
    user = a_staff_user("compliance", entity=entity)
    assert user.reach("crm.client.view") == Reach(
        Level.ALL, user.pk, entity_ids=frozenset({entity.pk})
    )


def test_several_roles_reach_their_union() -> None:
    entity = a_legal_entity()
    user = a_staff_user("sales_agent")
    roles.grant_role(
        user_id=user.pk, role="support", legal_entity_id=entity.pk, actor=SETUP, now=NOW
    )
    reaches = fresh(user).reach("crm.client.view")
    assert set(reaches) == {
        Reach(Level.OWN, user.pk),
        Reach(Level.ALL, user.pk, entity_ids=frozenset({entity.pk})),
    }
    roles.grant_role(user_id=user.pk, role="auditor", actor=SETUP, now=NOW)
    assert fresh(user).reach("crm.client.view") == Reach(Level.ALL, user.pk)


def test_a_grant_ends_by_itself() -> None:
    user, now = a_staff_user(), clock.now()
    roles.grant_role(
        user_id=user.pk,
        role="risk",
        expires_at=now + timedelta(hours=1),
        actor=SETUP,
        now=now,
    )
    assert fresh(user).may(SEE_CLIENTS)
    RoleGrant.objects.update(granted_at=now - timedelta(hours=2), expires_at=now)
    assert not fresh(user).may(SEE_CLIENTS)
    roles.grant_role(user_id=user.pk, role="risk", actor=SETUP, now=clock.now())
    assert fresh(user).may(SEE_CLIENTS)


def test_suspension_and_revocation_take_everything_at_once() -> None:
    user, admin = a_staff_user("dealer"), a_staff_user("administrator")
    roles.revoke_role(grant_id=user.grants.get().pk, actor=admin.actor, now=NOW)
    assert not fresh(user).may(SEE_CLIENTS)
    other = a_staff_user("dealer")
    people.suspend_staff(user_id=other.pk, reason="left", actor=admin.actor, now=NOW)
    assert not fresh(other).may(SEE_CLIENTS)


def test_a_client_may_nothing_even_if_a_superuser_was_written_by_mistake() -> None:
    client = User(pk=5, kind="client", is_superuser=True, client_id=7, full_name="C")
    assert client.reach("crm.client.view") is None


def test_a_page_asks_for_the_roles_once() -> None:
    user = fresh(a_staff_user("sales_agent"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        for code in permissions.registered():
            user.may(code)
    assert len(asked) == 1

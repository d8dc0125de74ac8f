"""What the database itself refuses, asked by raw SQL as the application's role."""

import pytest
from django.db import IntegrityError, connection, transaction

from backoffice.identity.models import Role, User
from tests.factories.people import NOW, a_desk, a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO identity_user (password, kind, email, full_name, desk_id, client_id, is_active,
                           is_superuser, theme, density, language, timezone, created_at)
VALUES ('!', %(kind)s, %(email)s, 'Somebody', %(desk_id)s, %(client_id)s, true,
        %(is_superuser)s, %(theme)s, 'regular', 'en', 'UTC', now()) RETURNING id
"""
LAWFUL = {"client_id": None, "desk_id": None, "is_superuser": False, "theme": "system"}
STAFF = {**LAWFUL, "kind": "staff", "email": "s@house.example"}
CLIENT = {**LAWFUL, "kind": "client", "email": "c@mail.example", "client_id": 7}
MACHINE = {**LAWFUL, "kind": "machine", "email": ""}


def insert(values: dict[str, object]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return cursor.fetchone()[0]


def refuses(sql: str, values: object, constraint: str) -> None:
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_the_application_does_not_own_its_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mt4bo_app",)


@pytest.mark.parametrize("lawful", [STAFF, CLIENT, MACHINE], ids=lambda row: row["kind"])
def test_each_kind_can_exist(lawful: dict[str, object]) -> None:
    assert insert(lawful)


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        ({**STAFF, "client_id": 7}, "identity_user_kinds_apart"),
        ({**CLIENT, "client_id": None}, "identity_user_kinds_apart"),
        ({**CLIENT, "is_superuser": True}, "identity_user_kinds_apart"),
        ({**MACHINE, "is_superuser": True}, "identity_user_kinds_apart"),
        ({**MACHINE, "client_id": 7}, "identity_user_kinds_apart"),
        ({**STAFF, "kind": "ghost"}, "identity_user_kinds_apart"),
        ({**STAFF, "email": ""}, "identity_user_people_have_email"),
        ({**CLIENT, "email": ""}, "identity_user_people_have_email"),
        ({**STAFF, "email": "S@house.example"}, "identity_user_email_lower"),
        ({**STAFF, "theme": "pink"}, "identity_user_preferences"),
    ],
)
def test_kinds_cannot_be_mixed(row: dict[str, object], constraint: str) -> None:
    refuses(INSERT, row, constraint)


@pytest.mark.parametrize("kind", [CLIENT, MACHINE], ids=lambda row: row["kind"])
def test_only_staff_works_at_a_desk(kind: dict[str, object]) -> None:
    desk = a_desk(a_legal_entity())
    refuses(INSERT, {**kind, "desk_id": desk.pk}, "identity_user_kinds_apart")


def test_one_address_serves_one_member_of_staff_and_one_client() -> None:
    insert(STAFF)
    insert({**CLIENT, "email": STAFF["email"]})
    refuses(INSERT, STAFF, "identity_user_email_once")


GRANT = """
INSERT INTO identity_rolegrant (user_id, user_kind, role_id, granted_by, granted_at, revoked_by)
VALUES (%s, %s, %s, %s, now(), '')
"""


@pytest.mark.parametrize("kind", [CLIENT, MACHINE], ids=lambda row: row["kind"])
def test_only_staff_holds_a_role(kind: dict[str, object]) -> None:
    user_id, role = insert(kind), Role.objects.get(code="administrator")
    as_staff = [user_id, "staff", role.pk, "system:setup"]
    as_itself = [user_id, kind["kind"], role.pk, "system:setup"]
    refuses(GRANT, as_staff, "identity_grant_user_is_staff")
    refuses(GRANT, as_itself, "identity_grant_staff_only")


def test_nobody_who_holds_a_role_becomes_another_kind() -> None:
    user = a_staff_user("dealer")
    sql = "UPDATE identity_user SET kind = 'client', client_id = 5 WHERE id = %s"
    refuses(sql, [user.pk], "identity_grant_user_is_staff")


def test_nobody_grants_themselves_a_role() -> None:
    user = a_staff_user()
    role = Role.objects.get(code="administrator")
    by_oneself = [user.pk, "staff", role.pk, f"staff:{user.pk}"]
    refuses(GRANT, by_oneself, "identity_grant_by_another")


def test_a_role_is_granted_once_at_a_place() -> None:
    user = a_staff_user("dealer")
    again = [user.pk, "staff", Role.objects.get(code="dealer").pk, "system:setup"]
    refuses(GRANT, again, "identity_grant_once")


def test_a_desk_stands_below_a_desk_of_its_own_legal_entity() -> None:
    parent, other = a_desk(a_legal_entity()), a_legal_entity()
    sql = """INSERT INTO identity_desk (parent_id, legal_entity_id, code, name, path)
             VALUES (%s, %s, 'x', 'X', 'sales.x')"""
    refuses(sql, [parent.pk, other.pk], "identity_desk_parent_of_entity")


def test_users_are_not_deleted_while_something_names_them() -> None:
    user = a_staff_user("dealer")
    refuses(
        "DELETE FROM identity_user WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE",
        [user.pk],
        "identity_grant_user_is_staff",
    )
    assert User.objects.filter(pk=user.pk, created_at=NOW).exists()

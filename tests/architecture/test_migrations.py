"""The database is what the models say: nothing left to migrate, every promise kept."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.utils import ProgrammingError

OURS = (
    "core",
    "audit",
    "company",
    "identity",
    "machines",
    "approvals",
    "crm",
    "trading",
    "accounts",
)
LATER = (AddConstraint, AddField, AddIndex)
A_CIRCLE = "Add field request to approvalpolicy"  # a request is decided by a policy
pytestmark = pytest.mark.django_db


def our_models() -> Iterator[type[models.Model]]:
    """Every table of ours that Django manages."""
    for model in apps.get_models():
        if model._meta.app_label in OURS and model._meta.managed and not model._meta.proxy:
            yield model


def ask(question: str, *values: object) -> list[tuple[object, ...]]:
    """Put a question to PostgreSQL's own catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def names(question: str, *values: object) -> set[object]:
    """The first column of an answer."""
    return {row[0] for row in ask(question, *values)}


def test_nothing_is_left_to_migrate() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_table_is_there() -> None:
    tables = names("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')")
    assert {model._meta.db_table for model in our_models()} - tables == set()


def test_every_constraint_and_index_is_there() -> None:
    known = names("SELECT conname FROM pg_constraint") | names("SELECT indexname FROM pg_indexes")
    wanted = {
        promise.name
        for model in our_models()
        for promise in (*model._meta.constraints, *model._meta.indexes)
    }
    assert wanted - known == set()
    assert wanted


def test_every_constraint_is_valid() -> None:
    assert ask("SELECT conname FROM pg_constraint WHERE NOT convalidated") == []


def test_every_column_is_as_its_model_says() -> None:
    columns = {
        (table, column): (null == "YES")
        for table, column, null in ask(
            "SELECT table_name, column_name, is_nullable FROM information_schema.columns "
            "WHERE table_schema = current_schema()"
        )
    }
    for model in our_models():
        for field in model._meta.concrete_fields:
            if field.generated:
                continue  # PostgreSQL reckons these itself
            key = (model._meta.db_table, field.column)
            assert key in columns, key
            assert columns[key] == field.null, key


def test_every_foreign_key_is_kept_by_the_database() -> None:
    kept = {
        (table, column)
        for table, column in ask(
            "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) "
            "WHERE c.contype = 'f'"
        )
    }
    for model in our_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.db_constraint:
                assert (model._meta.db_table, field.column) in kept, field


def test_deals_are_partitioned_by_the_month_they_closed() -> None:
    [(kind, column)] = ask(
        "SELECT p.partstrat, a.attname FROM pg_partitioned_table p "
        "JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] "
        "WHERE p.partrelid = 'trading_deal'::regclass"
    )
    assert (kind, column) == ("r", "closed_at")
    keys = ask(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = 'trading_deal'::regclass AND contype IN ('p', 'u')"
    )
    assert any("closed_at" in str(definition) for (definition,) in keys)
    assert apps.get_model("trading", "deal")._meta.pk.column == "id"


def test_open_positions_are_a_table_of_their_own() -> None:
    assert names("SELECT relkind FROM pg_class WHERE relname = 'trading_position'") == {"r"}


def test_the_application_owns_nothing_and_cannot_change_what_was_told() -> None:
    assert ask("SELECT current_user") == [("mt4bo_app",)]
    owned = ask("SELECT relname FROM pg_class WHERE relowner = 'mt4bo_app'::regrole")
    assert owned == []
    for change in ("DELETE FROM core_event", "UPDATE core_event SET name = name"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            ask(change)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ask("CREATE TABLE planted (id int)")


def test_a_table_is_made_whole() -> None:
    """Its indexes, constraints and keys stand where it is made.

    For each that is added afterwards Django draws all related models anew: added one by one, they
    took two fifths of the time in which a new database is migrated.
    """
    left = set()
    for (app, name), migration in MigrationLoader(None).disk_migrations.items():
        made = {one.name_lower for one in migration.operations if isinstance(one, CreateModel)}
        for one in migration.operations:
            if app in OURS and isinstance(one, LATER) and one.model_name_lower in made:
                left.add((app, name, one.describe()))
    assert left == {("approvals", "0001_initial", A_CIRCLE)}


def test_every_migration_of_ours_is_applied() -> None:
    applied = {tuple(row) for row in ask("SELECT app, name FROM django_migrations")}
    for app in OURS:
        assert (app, "0001_initial") in applied

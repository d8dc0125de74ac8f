"""Statements by libpq's own call: the same answers, errors and transactions as Django's cursor."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import (
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from backoffice.core import compiled
from backoffice.core.compiled import driver
from backoffice.core.models import IdempotencyKey, Work
from tests.backoffice.core.probes import NOON, drop

KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
ASKED = "SELECT %s::int, %s::text, %s::timestamptz, %s::numeric, %s::text[], '%%' AS told_once"


def _answer() -> list[tuple[object, ...]]:
    return compiled.ask(ASKED, [1, "a\x80", NOON, Decimal("1.50"), ["x", "y"]])


@pytest.mark.django_db
def test_it_answers_as_the_long_way_does():
    short = _answer()
    with CaptureQueriesContext(connection) as sent:
        long = _answer()
    assert len(sent.captured_queries) == 1
    assert short == long == [(1, "a\x80", NOON, Decimal("1.50"), ["x", "y"], "%")]
    assert short[0][2].tzinfo is UTC


@pytest.mark.django_db
def test_values_stand_by_name_as_often_as_they_are_named():
    told = {"one": 1, "two": 2, "unused": None}
    assert compiled.ask("SELECT %(two)s::int, %(one)s::int, %(two)s::int", told) == [(2, 1, 2)]


@pytest.mark.django_db
def test_too_few_values_are_told():
    with pytest.raises(Exception, match="2 values are needed, not 1"):
        compiled.ask("SELECT %s::int, %s::int", [1])


@pytest.mark.django_db
def test_it_is_prepared_the_third_time():
    for times in range(1, 5):
        compiled.ask("SELECT %s::int AS third_time", [times])
        with connection.cursor() as cursor:
            cursor.execute(KEPT, ["%third_time%"])
            assert cursor.fetchone() == (int(times > driver.SENT_BEFORE),)


def test_what_is_prepared_outlives_a_rollback_on_both_ways(fresh_database):
    for times in range(4):
        compiled.ask("SELECT %s::int AS lasting", [times])
        with CaptureQueriesContext(connection):
            compiled.ask("SELECT %s::int AS lasting", [times])
    with transaction.atomic():
        with CaptureQueriesContext(connection):
            compiled.ask("SELECT %s::int AS lasting", [5])
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE passing (a int)")
        cursor.execute("DROP TABLE passing")
    for _way in range(2):
        assert compiled.ask("SELECT %s::int AS lasting", [6]) == [(6,)]
        with CaptureQueriesContext(connection):
            assert compiled.ask("SELECT %s::int AS lasting", [7]) == [(7,)]


@pytest.mark.parametrize("how", ["copy", "raw", "cursor"])
def test_what_is_prepared_outlives_statements_of_psycopg_s_own(fresh_database, how):
    """Nothing that others send lets psycopg prepare, and so forget everything, ours too."""
    connection.ensure_connection()
    ours = connection.connection
    for times in range(4):
        assert compiled.ask("SELECT %s::int AS lasting", [times]) == [(times,)]
        if how == "raw":
            ours.execute("SELECT %s::int", [times])
        elif how == "cursor":
            list(Work.objects.all().iterator(chunk_size=1))
        else:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE TEMP TABLE passing (a int) ON COMMIT DROP")
                with cursor.copy("COPY passing FROM STDIN") as copy:
                    copy.write("1\n")
    with transaction.atomic():
        compiled.ask("SELECT %s::int AS lasting", [5])
        transaction.set_rollback(True)
    assert compiled.ask("SELECT %s::int AS lasting", [6]) == [(6,)]


def test_a_connection_that_was_made_to_forget_prepares_anew(fresh_database):
    for times in range(4):
        compiled.ask("SELECT %s::int AS forgotten", [times])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    with pytest.raises(ProgrammingError, match="does not exist"):
        compiled.ask("SELECT %s::int AS forgotten", [5])
    for times in range(4):
        assert compiled.ask("SELECT %s::int AS forgotten", [times]) == [(times,)]


@pytest.mark.django_db
def test_a_pooler_without_prepared_statements_gets_none(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PREPARES", False)
    for times in range(4):
        assert compiled.ask("SELECT %s::int AS never", [times]) == [(times,)]
    with connection.cursor() as cursor:
        cursor.execute(KEPT, ["%never%"])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_errors_are_djangos_and_end_the_transaction():
    compiled.tell("INSERT INTO core_idempotency_key (key) VALUES (%s)", ["twice"])
    with pytest.raises(IntegrityError) as wrong, transaction.atomic():
        compiled.tell("INSERT INTO core_idempotency_key (key) VALUES (%s)", ["twice"])
    assert wrong.value.__cause__.diag.table_name == "core_idempotency_key"
    with pytest.raises(DataError), transaction.atomic():
        compiled.ask("SELECT %s::int / 0", [1])
    assert IdempotencyKey.objects.filter(key="twice").count() == 1
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            compiled.ask("SELECT 1", [])


def test_it_begins_the_transaction_that_it_is_the_first_of(fresh_database):
    with transaction.atomic():
        compiled.tell("INSERT INTO core_idempotency_key (key) VALUES (%s)", ["gone"])
        transaction.set_rollback(True)
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_who_wraps_statements_hears_of_it():
    heard = []

    def hear(execute, sql, params, many, context):
        heard.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        assert compiled.ask("SELECT %s::int", [5]) == [(5,)]
    assert heard == ["SELECT %s::int"]


def test_a_lost_connection_is_djangos_operational_error(fresh_database):
    compiled.ask("SELECT 1", [])
    with fresh_database.connect() as other:
        other.execute(
            "SELECT pg_terminate_backend(%s, 30000)", [connection.connection.info.backend_pid]
        )
    with pytest.raises(OperationalError):
        compiled.ask("SELECT 1", [])
    connection.close()
    assert compiled.ask("SELECT 1", []) == [(1,)]


@pytest.mark.django_db
def test_a_transaction_that_is_more_than_a_plain_one_goes_the_long_way(monkeypatch):
    monkeypatch.setattr(driver, "is_plain", lambda _connection: False)
    monkeypatch.setattr(driver, "run", None)
    assert compiled.ask("SELECT %s::int", [3]) == [(3,)]


@pytest.mark.django_db
def test_touched_rows_are_counted():
    drop(2)
    every = Work.objects.count()
    assert every > 0
    assert compiled.tell("UPDATE core_work SET last_error = %s", ["x"]) == every
    assert compiled.tell("DELETE FROM core_work WHERE id = %s", [0]) == 0
    assert compiled.ask("SELECT %s::timestamptz", [NOON]) == [(datetime.fromisoformat(str(NOON)),)]

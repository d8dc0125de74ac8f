"""Locks: rows in key order, names with a timeout; a second session shows that they hold."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.core import locks
from backoffice.core.errors import Later, NoTransaction
from backoffice.core.idempotency import once
from backoffice.core.models import Work
from tests.backoffice.core.probes import drop

HELD = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def _is_free(database, name):
    with database.connect() as other:
        return other.execute(HELD, [name]).fetchone() == (True,)


def _lock_timeout():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def test_a_name_is_held_until_the_transaction_ends(fresh_database):
    with transaction.atomic():
        locks.advisory("books", timeout_ms=1000)
        locks.advisory("books", timeout_ms=1000)  # one's own lock is no obstacle
        assert not _is_free(fresh_database, "books")
        assert _is_free(fresh_database, "other books")
    assert _is_free(fresh_database, "books")


def test_a_busy_name_is_told_in_time_and_the_transaction_goes_on(fresh_database):
    with fresh_database.connect() as other, other.transaction():
        other.execute(HELD, ["books"])
        with transaction.atomic():
            before = _lock_timeout()
            with pytest.raises(Later, match="books is busy"):
                locks.advisory("books", timeout_ms=20)
            assert _lock_timeout() == before
            assert not locks.try_advisory("books")
            assert once("still in a transaction that works")
    with transaction.atomic():
        assert locks.try_advisory("books")


def test_the_timeout_is_the_locks_own(fresh_database):
    with transaction.atomic():
        before = _lock_timeout()
        locks.advisory("books", timeout_ms=20)
        assert _lock_timeout() == before == "10s"


def test_alone_holds_a_name_without_a_transaction(fresh_database):
    with locks.alone("clockwork") as is_alone:
        assert is_alone
        assert not _is_free(fresh_database, "clockwork")
    assert _is_free(fresh_database, "clockwork")
    with fresh_database.connect() as other, other.transaction():
        other.execute(HELD, ["clockwork"])
        with locks.alone("clockwork") as is_alone:
            assert not is_alone
        assert other.execute(HELD, ["clockwork"]).fetchone() == (True,)


def test_locks_of_a_transaction_need_one(fresh_database):
    for call in (lambda: locks.advisory("a", timeout_ms=1), lambda: locks.try_advisory("a")):
        with pytest.raises(NoTransaction):
            call()


@pytest.mark.django_db
def test_rows_are_locked_in_key_order_and_alone():
    drop()
    with CaptureQueriesContext(
        connection,
    ) as sent:
        list(locks.rows(Work.objects.select_related("event").order_by("-run_after")))
    (query,) = sent.captured_queries
    assert query["sql"].endswith('ORDER BY "core_work"."id" ASC FOR NO KEY UPDATE OF "core_work"')

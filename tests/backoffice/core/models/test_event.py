"""Events only grow: refused by Python, by the application's rights, and by triggers."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from backoffice.core.growing import AppendOnly
from backoffice.core.models import EventRecord, EventSubject
from tests.backoffice.core.probes import weigh

COPIED = (
    "INSERT INTO core_event (uuid, name, actor, occurred_at, recorded_at, body) "
    "SELECT gen_random_uuid(), name, actor, occurred_at, recorded_at, body FROM core_event"
)
CHANGES = (
    COPIED,
    "INSERT INTO core_event_subject (kind, key, event_id) SELECT 'x', 'y', id FROM core_event",
    "UPDATE core_event SET actor = 'staff:1'",
    "UPDATE core_event SET body = ''",
    "UPDATE core_event_subject SET key = '8'",
    "DELETE FROM core_event",
    "DELETE FROM core_event_subject",
    "TRUNCATE core_event CASCADE",
    "TRUNCATE core_event_subject",
    "SELECT id FROM core_event FOR UPDATE",
    "ALTER TABLE core_event DISABLE TRIGGER only_grows",
    "ALTER TABLE core_event OWNER TO mt4bo_app",
    "ALTER TABLE core_event ADD COLUMN extra text",
    "DROP TABLE core_event CASCADE",
    "DROP FUNCTION event_append(bytea)",
    "CREATE OR REPLACE FUNCTION event_append(body bytea) RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE mt4bo_events",
    "SET session_replication_role = replica",
    "COPY core_event (uuid) FROM STDIN",
    "SELECT setval('core_event_id_seq', 1)",
)


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_application_is_refused(change):
    weigh()
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|already exists"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert EventRecord.objects.count() == 1
    assert EventSubject.objects.count() == 2


@pytest.mark.parametrize("user", ["mt4bo_owner", "postgres"])
@pytest.mark.parametrize(
    "change", [sql for sql in CHANGES if sql.startswith(("UPDATE", "DELETE", "TRUNCATE"))]
)
def test_triggers_refuse_even_those_who_may(fresh_database, user, change):
    with transaction.atomic():
        weigh()
    with fresh_database.connect(user) as session:
        if user == "postgres":
            session.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"):
            session.execute(change)


@pytest.mark.django_db
def test_python_refuses_before_the_database_does():
    record = EventRecord.objects.get(pk=weigh())
    link = record.subjects.first()
    for refused in (
        record.save,
        record.delete,
        link.save,
        link.delete,
        lambda: EventRecord.objects.create(name="a.b.c"),
        lambda: EventRecord.objects.filter(pk=record.pk).update(name="a.b.c"),
        lambda: EventRecord.objects.all().delete(),
        lambda: EventRecord.objects.bulk_create([record]),
        lambda: EventRecord.objects.bulk_update([record], ["name"]),
        lambda: EventRecord.objects.get_or_create(name="a.b.c"),
        lambda: EventRecord.objects.update_or_create(name="a.b.c"),
        lambda: EventSubject.objects.all().delete(),
        lambda: record.subjects.create(kind="x", key="y"),
    ):
        with pytest.raises(AppendOnly):
            refused()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"{}",
        b'{"id":"x"}',
        b'{"actor":"staff:1","at":"2026-01-01T00:00:00Z","event":"Wrong","id":'
        b'"00000000-0000-0000-0000-000000000001","subjects":[]}',
        b'{"actor":"bob","at":"2026-01-01T00:00:00Z","event":"a.b.c","id":'
        b'"00000000-0000-0000-0000-000000000001","subjects":[]}',
    ],
)
def test_the_one_way_in_takes_events_only(body):
    with pytest.raises(Exception, match=r".+"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT event_append(%s)", [body])
    assert EventRecord.objects.count() == 0


@pytest.mark.django_db
def test_what_belongs_to_the_role_that_cannot_log_in():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname IN "
            "('core_event', 'core_event_subject', 'core_event_id_seq', 'core_work') ORDER BY 1"
        )
        assert cursor.fetchall() == [
            ("core_event", "mt4bo_events"),
            ("core_event_id_seq", "mt4bo_events"),
            ("core_event_subject", "mt4bo_events"),
            ("core_work", "mt4bo_owner"),
        ]
        cursor.execute(
            "SELECT pg_get_userbyid(proowner), prosecdef, proconfig FROM pg_proc "
            "WHERE proname = 'event_append'"
        )
        assert cursor.fetchall() == [
            ("mt4bo_events", True, ["search_path=pg_catalog, pg_temp"]),
        ]
        cursor.execute("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'mt4bo_events'")
        assert cursor.fetchall() == [(False, False)]


def test_the_sequencer_reads_events_and_nothing_else(fresh_database):
    with transaction.atomic():
        weigh()
    with fresh_database.connect("mt4bo_sequencer") as session:
        assert session.execute("SELECT count(*) FROM core_event").fetchone() == (1,)
        for refused in ("SELECT * FROM core_work", "SELECT event_append('')", COPIED):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(refused)

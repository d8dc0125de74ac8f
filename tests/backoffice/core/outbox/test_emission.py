"""emit(): bytes, subjects and work rows stand or fall with the caller's transaction."""

import hashlib
import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.core import outbox
from backoffice.core.errors import NoTransaction
from backoffice.core.models import EventRecord, EventSubject, Work
from tests.backoffice.core.probes import NOON, SYNC, ThingDropped, drop, weigh


@pytest.mark.django_db
def test_what_is_written():
    record = EventRecord.objects.get(pk=weigh())
    assert json.loads(bytes(record.body)) == {
        "actor": "staff:42",
        "at": "2026-03-02T12:00:00.000000Z",
        "event": "probe.thing.weighed",
        "fields": {
            "due_date": None,
            "is_heavy": False,
            "labels": [],
            "parts": [],
            "seen_at": None,
            "thing_id": "7",
            "unit": "kg",
            "weight": "5.00",
        },
        "id": str(record.uuid),
        "subjects": [["scale", "1"], ["thing", "7"]],
    }
    assert bytes(record.body).startswith(b'{"actor":"staff:42","at":"2026-03-02T12:00:00.000000Z",')
    assert (record.name, record.actor, record.occurred_at) == (
        "probe.thing.weighed",
        "staff:42",
        NOON,
    )
    assert record.recorded_at.tzinfo is not None
    assert sorted(record.subjects.values_list("kind", "key")) == [("scale", "1"), ("thing", "7")]


@pytest.mark.django_db
def test_a_subject_that_is_named_twice_is_linked_once():
    outbox.emit(
        ThingDropped(thing_id=1),
        actor=SYNC,
        subjects=[("thing", 1), ("thing", "1"), ("client", 5)],
        now=NOON,
    )
    assert EventSubject.objects.count() == 2


@pytest.mark.django_db
def test_one_work_row_for_each_reaction():
    number = drop()
    weigh()
    assert list(Work.objects.values_list("event_id", "reaction", "state", "run_after")) == [
        (number, "tests.backoffice.core.probes.sweep_up", "WAITING", NOON),
        (number, "tests.backoffice.core.probes.write_off", "WAITING", NOON),
    ]


@pytest.mark.django_db
def test_an_event_and_its_work_cost_one_query():
    with CaptureQueriesContext(connection) as sent:
        weigh()
    assert len(sent.captured_queries) == 1
    with CaptureQueriesContext(connection) as sent:
        drop()
    assert len(sent.captured_queries) == 1
    assert Work.objects.count() == 2


def test_outside_a_transaction_it_is_an_error(fresh_database):
    with pytest.raises(NoTransaction):
        weigh()
    assert EventRecord.objects.count() == 0


def test_a_rollback_takes_all_of_it_back(fresh_database):
    with transaction.atomic():
        drop()
        transaction.set_rollback(True)
    assert (EventRecord.objects.count(), EventSubject.objects.count(), Work.objects.count()) == (
        0,
        0,
        0,
    )


def test_the_bytes_come_back_as_they_were(fresh_database):
    with transaction.atomic():
        number = weigh()
    body = bytes(EventRecord.objects.get(pk=number).body)
    with fresh_database.connect("mt4bo_sequencer") as session:
        (told,) = session.execute("SELECT sha256(body) FROM core_event").fetchone()
    assert told == hashlib.sha256(body).digest()

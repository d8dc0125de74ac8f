"""Rows written without Django's compiler: the same bytes in the same columns, in one query each."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core import compiled
from backoffice.core.models import EventRecord, IdempotencyKey, Work, WorkState
from tests.backoffice.core.probes import NOON, weigh

pytestmark = pytest.mark.django_db


def _work(reaction, **more):
    return Work(event_id=EventRecord.objects.get().pk, reaction=reaction, run_after=NOON, **more)


def _kept(reaction):
    row = Work.objects.filter(reaction=reaction).values().get()
    return {name: value for name, value in row.items() if name not in ("id", "reaction")}


def test_an_added_row_is_what_save_writes():
    weigh()
    ours, djangos = _work("a", lease_until=NOON), _work("b", lease_until=NOON)
    with CaptureQueriesContext(connection) as sent:
        assert compiled.add(ours) is ours
    djangos.save()
    assert len(sent.captured_queries) == 1
    assert _kept("a") == _kept("b")
    assert Work.objects.get(reaction="a").pk == ours.pk
    ours.attempts = 5
    ours.save()  # it knows that it is kept
    assert _kept("a") == _kept("b") | {"attempts": 5}


def test_a_row_may_bring_its_number():
    weigh()
    assert compiled.add(_work("a", id=4711)).pk == 4711
    assert Work.objects.get().pk == 4711


def test_many_are_added_at_once():
    weigh()
    rows = [_work("a"), _work("b", state=WorkState.STUCK), _work("c")]
    with CaptureQueriesContext(connection) as sent:
        compiled.add_all(rows)
        compiled.add_all([])
    assert len(sent.captured_queries) == 1
    states = list(Work.objects.order_by("reaction").values_list("state", flat=True))
    assert states == ["WAITING", "STUCK", "WAITING"]


def test_only_the_named_fields_change():
    weigh()
    row = compiled.add(_work("a"))
    row.attempts, row.last_error = 3, "not written"
    with CaptureQueriesContext(connection) as sent:
        compiled.change(row, "attempts")
    assert len(sent.captured_queries) == 1
    assert (_kept("a")["attempts"], _kept("a")["last_error"]) == (3, "")
    row.run_after = NOON + timedelta(days=1)
    compiled.change(row, "run_after", "last_error")
    assert (_kept("a")["run_after"], _kept("a")["last_error"]) == (row.run_after, "not written")


def test_a_row_that_is_gone_is_told():
    weigh()
    row = compiled.add(_work("a"))
    Work.objects.all().delete()
    with pytest.raises(Work.DoesNotExist):
        compiled.change(row, "attempts")


def test_a_row_that_is_more_than_its_fields_is_refused():
    with pytest.raises(TypeError, match="EventRecord"):
        compiled.add(EventRecord(id=1))
    with pytest.raises(TypeError, match="IdempotencyKey"):
        compiled.add_all([IdempotencyKey(key="a")])  # PostgreSQL fills one of its columns

"""The work list: done once, again after a failure, never by two workers at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.core import work
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.core.models import EventRecord, Work
from backoffice.core.outbox import bell
from tests.backoffice.core import probes
from tests.backoffice.core.probes import NOON, SYNC, ThingDropped, drop


def _rows():
    return list(Work.objects.order_by("id").values_list("state", "attempts", "last_error"))


@pytest.mark.django_db
def test_what_is_due_is_done():
    drop(7)
    assert work.run_due(NOON) == 2
    assert probes.heard == [
        ("sweep_up", ThingDropped(thing_id=7), SYNC, NOON),
        ("write_off", ThingDropped(thing_id=7), SYNC, NOON),
    ]
    assert _rows() == [("DONE", 1, ""), ("DONE", 1, "")]
    assert work.run_due(NOON) == 0
    assert set(Work.objects.values_list("finished_at", "lease_until")) == {(NOON, None)}


@pytest.mark.django_db
def test_what_is_not_due_waits():
    drop(now=NOON + timedelta(seconds=1))
    assert work.run_due(NOON) == 0
    assert work.run_due(NOON + timedelta(seconds=1), limit=1) == 1
    assert work.run_due(NOON + timedelta(seconds=1), limit=5) == 1


@pytest.mark.django_db
def test_a_failure_is_tried_again_later_and_holds_nothing_up():
    probes.answers["sweep_up"] = RuntimeError("broom is broken")
    drop()
    assert work.run_due(NOON) == 2
    assert _rows() == [("WAITING", 1, "RuntimeError: broom is broken"), ("DONE", 1, "")]
    assert work.run_due(NOON + timedelta(seconds=1)) == 0
    probes.answers.clear()
    assert work.run_due(NOON + timedelta(seconds=2)) == 1
    assert _rows() == [("DONE", 2, ""), ("DONE", 1, "")]


@pytest.mark.django_db
def test_later_is_tried_again_later():
    probes.answers["sweep_up"] = Later("the floor is busy")
    drop()
    work.run_due(NOON)
    assert _rows()[0] == ("WAITING", 1, "Later: the floor is busy")


@pytest.mark.django_db
def test_a_business_no_waits_for_a_person():
    probes.answers["sweep_up"] = Rejected("There is no broom.")
    drop()
    work.run_due(NOON)
    assert _rows() == [("STUCK", 1, "There is no broom."), ("DONE", 1, "")]


@pytest.mark.django_db
def test_after_enough_attempts_a_person_has_to_look():
    probes.answers["sweep_up"] = RuntimeError("never")
    drop()
    now = NOON
    for _ in range(work.MOST_ATTEMPTS + 3):
        work.run_due(now)
        now += work.LONGEST_WAIT
    assert _rows()[0] == ("STUCK", work.MOST_ATTEMPTS, "RuntimeError: never")


@pytest.mark.django_db
def test_a_reaction_that_is_gone_is_not_forgotten(monkeypatch):
    drop()
    monkeypatch.delitem(work._reactions, "tests.backoffice.core.probes.sweep_up")
    work.run_due(NOON)
    state, attempts, error = _rows()[0]
    assert (state, attempts) == ("WAITING", 1)
    assert error.startswith("KeyError")


def test_waits_double_up_to_an_hour():
    waits = [work.waiting_time(attempts).total_seconds() for attempts in range(1, 15)]
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert waits[10:] == [2048, 3600, 3600, 3600]


@pytest.mark.django_db
def test_a_worker_that_died_leaves_a_lease_that_runs_out():
    drop()
    abandoned = work.claim(NOON)
    assert work.run_due(NOON) == 1  # the other reaction
    assert work.run_due(NOON + work.LEASE - timedelta(seconds=1)) == 0
    assert work.run_due(NOON + work.LEASE) == 1
    assert _rows() == [("DONE", 2, ""), ("DONE", 1, "")]
    # Should the first worker wake up after all, its word no longer counts.
    work._wait(abandoned, NOON, RuntimeError("woke up"))
    assert _rows() == [("DONE", 2, ""), ("DONE", 1, "")]


def test_two_workers_never_take_the_same_piece(fresh_database):
    with transaction.atomic():
        for thing in range(20):
            drop(thing)
    start = threading.Barrier(4)

    def labour():
        start.wait()
        while work.run_due(NOON, limit=3):
            pass
        connection.close()

    workers = [threading.Thread(target=labour) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done = [(reaction, event.thing_id) for reaction, event, _, _ in probes.heard]
    assert len(done) == len(set(done)) == 40
    assert set(Work.objects.values_list("state", "attempts")) == {("DONE", 1)}


def test_a_piece_that_is_being_taken_is_passed_over(fresh_database):
    with transaction.atomic():
        drop()
    with fresh_database.connect() as other, other.transaction():
        taken = other.execute("SELECT id FROM core_work ORDER BY id LIMIT 1 FOR UPDATE").fetchone()
        piece = work.claim(NOON)
        assert piece is not None
        assert (piece.pk,) != taken
        assert work.claim(NOON) is None


@pytest.mark.django_db
def test_a_piece_is_taken_in_one_trip_and_brings_its_event():
    drop(7)
    with CaptureQueriesContext(connection) as sent:
        piece = work.claim(NOON)
        told = piece.event.told()
    assert len(sent.captured_queries) == 1
    assert (piece.attempts, told["fields"]) == (1, {"thing_id": "7"})
    row = Work.objects.get(pk=piece.pk)
    assert (row.attempts, row.lease_until) == (1, NOON + work.LEASE)


def test_work_that_a_piece_causes_is_found_without_a_ring(fresh_database, monkeypatch):
    rings, left = [], [1, 1]
    monkeypatch.setattr(bell, "ring", lambda: rings.append(1))

    def again(event, *, actor, now):
        with transaction.atomic():
            if left:
                drop(left.pop())

    monkeypatch.setitem(work._reactions, "tests.backoffice.core.probes.sweep_up", again)
    with transaction.atomic():
        drop()
    assert rings == [1]
    assert work.run_due(NOON) == 6  # three events of two reactions each
    assert rings == [1]
    with transaction.atomic():
        drop()
    assert rings == [1, 1]


def test_a_reaction_runs_outside_of_any_transaction(fresh_database, monkeypatch):
    seen = []
    monkeypatch.setitem(
        work._reactions,
        "tests.backoffice.core.probes.sweep_up",
        lambda event, *, actor, now: seen.append(connection.in_atomic_block),
    )
    with transaction.atomic():
        drop()
    work.run_due(NOON)
    assert seen == [False]


@pytest.mark.django_db
def test_the_depth_of_the_list_is_counted_up_to_a_limit():
    for thing in range(3):
        drop(thing)
    drop(9, now=NOON + timedelta(minutes=1))
    assert work.depth(NOON) == work.Depth(due=6, stuck=0)
    assert work.depth(NOON, at_most=4) == work.Depth(due=5, stuck=0)
    probes.answers["sweep_up"] = Rejected("no")
    work.run_due(NOON)
    assert work.depth(NOON) == work.Depth(due=0, stuck=3)
    assert work.depth(NOON + timedelta(minutes=1)) == work.Depth(due=2, stuck=3)


@pytest.mark.django_db
def test_finished_work_is_cleared_and_its_event_stays():
    drop()
    work.run_due(NOON)
    probes.answers["sweep_up"] = Rejected("no")
    drop()
    work.run_due(NOON)
    assert work.clear_finished(NOON + work.KEPT) == 0
    assert work.clear_finished(NOON + work.KEPT + timedelta(seconds=1)) == 3
    assert _rows() == [("STUCK", 1, "no")]
    assert EventRecord.objects.count() == 2


def test_reactions_are_listed_once_however_often_they_are_registered():
    assert work.reactions_to(ThingDropped) == (
        "tests.backoffice.core.probes.sweep_up",
        "tests.backoffice.core.probes.write_off",
    )
    work.reacts_to(ThingDropped)(probes.sweep_up)
    assert len(work.reactions_to(ThingDropped)) == 2
    assert work.reactions_to(probes.ThingWeighed) == ()


@pytest.mark.django_db
def test_the_actor_of_the_event_is_the_actor_of_the_reaction():
    drop()
    work.run_due(NOON)
    assert {actor for _, _, actor, _ in probes.heard} == {Actor.system("sync")}

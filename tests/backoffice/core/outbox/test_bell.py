"""The bell: once per transaction, after the commit, on real Redis; a dead one is no obstacle."""

import socket
import time

import pytest
from celery import current_app
from django.db import transaction

from backoffice.core import clock, tasks, work
from backoffice.core.models import Work
from backoffice.core.outbox import bell
from tests.backoffice.core.probes import drop, weigh


@pytest.fixture
def rings(monkeypatch):
    """How often a worker was asked to look."""
    asked = []
    monkeypatch.setattr(bell, "ring", lambda: asked.append(1))
    return asked


def test_it_rings_once_for_a_transaction_after_its_commit(fresh_database, rings):
    with transaction.atomic():
        drop()
        with transaction.atomic():
            drop()
        assert rings == []
    assert rings == [1]
    with transaction.atomic():
        drop()
    assert rings == [1, 1]


def test_it_does_not_ring_for_nothing(fresh_database, rings):
    with transaction.atomic():
        weigh()  # nobody reacts
    with transaction.atomic():
        drop()
        transaction.set_rollback(True)
    assert rings == []


def test_who_does_it_himself_rings_for_nobody(fresh_database, rings):
    with work.in_hand(), transaction.atomic():
        drop()
    assert rings == []
    assert work.run_due(clock.now()) == Work.objects.count() > 0
    with pytest.raises(ZeroDivisionError), work.in_hand():
        1 / 0  # noqa: B018
    with transaction.atomic():
        drop()
    assert rings == [1]


def test_a_savepoint_that_rolls_back_does_not_swallow_the_ring(fresh_database, rings):
    with transaction.atomic():
        with transaction.atomic():
            drop()
            transaction.set_rollback(True)
        drop()
    assert rings == [1]


def test_the_ring_arrives_in_redis(fresh_database, redis_server):
    with transaction.atomic():
        drop()
    with current_app.connection_for_read() as connection:
        message = connection.default_channel.basic_get("celery", no_ack=True)
    assert message.headers["task"] == "backoffice.core.tasks.ring"
    assert message.content_type == "application/json"
    assert message.payload[:2] == [[], {}]


def waiting():
    """The rings that wait in the queue."""
    with current_app.connection_for_read() as connection:
        return connection.default_channel.client.llen("celery")


def test_a_ring_that_waits_is_enough_and_one_that_was_taken_is_not(fresh_database, redis_server):
    for _ in range(3):
        with transaction.atomic():
            drop()
    assert waiting() == 1
    tasks.ring()  # whoever takes it does everything, and takes the mark away first
    assert set(Work.objects.values_list("state", flat=True)) == {"DONE"}
    with transaction.atomic():
        drop()
    assert waiting() == 2


def test_a_ring_that_was_lost_is_missed_for_a_moment_only(
    fresh_database, redis_server, monkeypatch
):
    monkeypatch.setattr(bell, "WAITS_MS", 50)
    bell.ring()
    with current_app.connection_for_read() as connection:
        assert connection.default_channel.basic_get("celery", no_ack=True)
    time.sleep(0.1)
    bell.ring()
    assert waiting() == 1


@pytest.fixture
def deaf_broker():
    """A broker that takes the connection and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.fixture
def absent_broker():
    """An address where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


@pytest.mark.parametrize("broker", ["deaf_broker", "absent_broker"])
def test_a_dead_broker_neither_fails_nor_holds_up_the_change(
    fresh_database, monkeypatch, request, broker
):
    tries = []

    def dead():
        tries.append(1)
        return current_app.connection_for_write(url=request.getfixturevalue(broker))

    monkeypatch.setattr(bell, "_broker", dead)
    for _ in range(3):
        with transaction.atomic():
            drop()
    assert Work.objects.count() == 6
    assert tries == [1]  # then it keeps silent for a while, and the sweep finds the work

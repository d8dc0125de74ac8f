"""Celery's side of the work list."""

import pytest
from django.conf import settings

from backoffice.core import tasks
from backoffice.core.models import Work
from backoffice.core.outbox import bell
from tests.backoffice.core import probes
from tests.backoffice.core.probes import drop


@pytest.fixture
def rings(monkeypatch):
    asked = []
    monkeypatch.setattr(bell, "ring", lambda: asked.append(1))
    return asked


@pytest.mark.django_db
def test_a_ring_does_all_that_is_due(rings):
    drop()
    tasks.ring()
    assert len(probes.heard) == 2
    assert rings == []


@pytest.mark.django_db
def test_a_ring_that_found_much_rings_on(rings):
    for thing in range(tasks.BATCH):
        drop(thing)
    tasks.sweep()
    assert len(probes.heard) == tasks.BATCH
    assert rings == [1]
    tasks.ring()
    tasks.ring()
    assert set(Work.objects.values_list("state", flat=True)) == {"DONE"}


def test_every_scheduled_task_exists():
    app = tasks.ring.app
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks


def test_messages_are_json_and_nothing_is_kept():
    conf = tasks.ring.app.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.result_backend is None
    assert conf.task_acks_late
    assert conf.task_time_limit < 300  # the lease of a piece of work

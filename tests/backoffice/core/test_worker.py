"""A real worker and scheduler: the bell wakes them, and a Redis that dies loses no work."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from celery import current_app
from django.db import transaction

from backoffice.core.models import Work
from backoffice.core.outbox import bell
from backoffice.demo.children import end_group, spawn, stop
from backoffice.demo.redis import Redis
from tests.backoffice.core.probes import drop
from tests.cluster import ROOT

pytestmark = pytest.mark.processes
PATIENCE_SECONDS = 60


@pytest.fixture
def own_redis():
    """A Redis that this test may kill, in a folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="bell-") as folder:
        yield Redis(socket=Path(folder) / "redis", log=Path(folder) / "log")


@pytest.fixture
def celery(fresh_database, own_redis, tmp_path):
    """Start `celery -A backoffice …` on this test's database and Redis."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MT4BO")},
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
        "ENVIRONMENT": "demo",
        "DATABASE_URL": fresh_database.url,
        "REDIS_URL": own_redis.url,
    }
    children = []

    def start(*words):
        command = [sys.executable, "-m", "celery", "-A", "backoffice", *words]
        child = spawn(command, log=tmp_path / f"{words[0]}.log", env=env, cwd=ROOT)
        children.append(child)
        return child

    yield start
    for child in children:
        end_group(child.pid)
        child.wait()


def _wait_until(is_true):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "not within the patience of this test"
        time.sleep(0.05)


def _drop_one_and_ring(url):
    """Emit in a transaction; the bell of this process goes to the test's own Redis."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bell, "_broker", lambda: current_app.connection_for_write(url=url))
        with transaction.atomic():
            drop()


def _all_done():
    return set(Work.objects.values_list("state", flat=True)) == {"DONE"}


def test_the_bell_wakes_a_worker_and_the_sweep_finds_what_it_missed(celery, own_redis, tmp_path):
    broker = f"redis+socket://{own_redis.socket}?virtual_host=0"
    server = own_redis.start()
    own_redis.wait(server)
    worker = celery("worker", "-c", "1", "-I", "tests.backoffice.core.probes", "-l", "INFO")

    _drop_one_and_ring(broker)  # no scheduler runs: only the bell can have been heard
    _wait_until(_all_done)
    assert Work.objects.count() == 2

    end_group(server.pid)
    server.wait()
    _drop_one_and_ring(broker)
    assert Work.objects.filter(state="WAITING").count() == 2

    celery("beat", "-s", str(tmp_path / "beat"))
    server = own_redis.start()
    own_redis.wait(server)
    try:
        _wait_until(_all_done)
        assert Work.objects.count() == 4
        assert worker.poll() is None
    finally:
        stop(server)

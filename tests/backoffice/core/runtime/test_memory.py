"""What a process has loaded is set aside; what comes after it is collected as ever."""

import gc
import json
import subprocess
import sys
import weakref

import pytest

from backoffice.core.runtime import memory

TELL = """
import gc, json, sys
print(json.dumps([gc.get_freeze_count(), len(gc.get_objects()), "backoffice.urls" in sys.modules]))
"""
FEED = """
import os; os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.test")
import django; django.setup()
from trading.management.commands import run_feed
async def nothing(): pass
run_feed.followed = nothing
run_feed.Command().handle()
"""


class Knot:
    """An object that holds itself: only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_not_looked_at_again():
    kept = Knot()
    memory.set_aside()
    assert not any(one is kept for one in gc.get_objects())


def test_what_loading_left_behind_is_thrown_away_first():
    left = weakref.ref(Knot())
    memory.set_aside()
    assert left() is None


def test_what_comes_after_is_still_collected():
    memory.set_aside()
    gone = weakref.ref(Knot())
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    "begins",
    [
        "import backoffice.wsgi",
        "import backoffice.asgi",
        "from backoffice.celery import app; app.loader.import_default_modules();"
        "from celery.signals import worker_init as it; it.send(sender=None)",
        FEED,
    ],
)
def test_every_process_that_people_wait_for_begins_so(begins: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{begins}\n{TELL}"], capture_output=True, text=True, check=True
    )
    aside, looked_at, has_doors = json.loads(done.stdout.splitlines()[-1])
    assert aside > 100_000  # Django and our apps alone are more
    assert looked_at < 5_000
    assert has_doors or "wsgi" not in begins

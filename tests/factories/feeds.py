"""Runs the feed as it is run for real: a process of its own, on a test's database and Redis."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import Database
from tests.factories.agents import KEY, KEY_ID

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def a_feed(database: Database, redis_url: str, *codes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `manage.py run_feed` for these servers (`demo-1`); it is killed at the end."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENVIRONMENT": "test",
        "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "MT4_AGENT_KEYS": ",".join(f"{code}={KEY_ID}:{KEY.hex()}" for code in codes or ("demo-1",)),
        "LOG_LEVEL": "WARNING",
    }
    child = subprocess.Popen([sys.executable, "manage.py", "run_feed"], cwd=ROOT, env=environment)
    try:
        yield child
    finally:
        child.kill()
        child.wait()

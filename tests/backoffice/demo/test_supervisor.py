"""Whoever dies is said in one line and started again; whoever cannot start ends the demo."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from backoffice.demo.children import spawn, wait_until
from backoffice.demo.errors import DemoError
from backoffice.demo.supervisor import FIRST_WAIT, Process, Supervisor

pytestmark = pytest.mark.processes


def process(log: Path, script: str) -> Process:
    """A process of the demo that runs a few lines of Python."""
    return Process(
        name="clerk", start=partial(spawn, [sys.executable, "-c", script], log=log), log=log
    )


def test_a_killed_process_is_started_again_later_each_time(tmp_path: Path) -> None:
    """Two kills: two lines, two new processes, the second after twice the wait."""
    said: list[str] = []
    supervisor = Supervisor(said.append)
    clerk = process(tmp_path / "log", "import time; time.sleep(600)")
    supervisor.start(clerk)
    numbers = []
    for _kill in range(2):
        assert clerk.child is not None
        numbers.append(clerk.child.pid)
        os.kill(clerk.child.pid, signal.SIGKILL)
        clerk.child.wait()
        supervisor.look()
        assert clerk.child is None

        def again() -> bool:
            supervisor.look()
            return clerk.child is not None

        assert wait_until(again, seconds=20)
    assert clerk.child is not None
    assert clerk.child.pid not in numbers
    supervisor.stop()
    assert clerk.child.poll() is not None
    assert said == [
        f"The clerk was killed by SIGKILL; started again in {FIRST_WAIT:.1f} s.",
        f"The clerk was killed by SIGKILL; started again in {FIRST_WAIT * 2:.1f} s.",
    ]


def test_who_does_not_start_is_quoted(tmp_path: Path) -> None:
    """The sentence carries the process's own last words."""
    supervisor = Supervisor(lambda line: None)
    clerk = process(tmp_path / "log", "raise SystemExit('REDIS_URL is wrong: write unix://')")
    supervisor.start(clerk)
    assert clerk.child is not None
    clerk.child.wait()
    with pytest.raises(DemoError, match=r"The clerk did not start: REDIS_URL is wrong: write"):
        supervisor.first_unready()
    supervisor.stop()

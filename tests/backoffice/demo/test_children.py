"""Children never outlive us, however we go."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.demo.children import Guard, spawn, stop, wait_until

pytestmark = pytest.mark.processes

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "print('deaf', flush=True)\n"
    "time.sleep(600)",
]


def lives(number: int) -> bool:
    """True while a process runs; a zombie is dead."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_stop_ends_even_who_does_not_listen(tmp_path: Path) -> None:
    """A child that ignores the polite signal is ended by force."""
    log = tmp_path / "log"
    child = spawn(DEAF, log=log)
    assert wait_until(lambda: log.read_bytes() == b"deaf\n", seconds=20)
    stop(child, seconds=0.2)
    assert child.returncode == -signal.SIGKILL


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed; the child gets the signal that was asked for, from the kernel."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nfrom pathlib import Path\n"
            "from backoffice.demo.children import spawn\n"
            f"child = spawn({SLEEP!r}, log=Path({str(tmp_path / 'log')!r}))\n"
            "print(child.pid, flush=True)\ntime.sleep(600)",
        ],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert lives(child)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not lives(child), seconds=20)
    parent.stdout.close()


def test_the_guard_clears_away_after_a_kill(tmp_path: Path) -> None:
    """Groups that the guard watches end, folders go, though its owner had no time to say so."""
    folder = tmp_path / "sockets"
    folder.mkdir()
    (folder / "socket").touch()
    deaf = subprocess.Popen(SLEEP, start_new_session=True)
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time\nfrom pathlib import Path\nfrom backoffice.demo.children import Guard\n"
            f"guard = Guard()\nguard.watch({deaf.pid})\nguard.remove(Path({str(folder)!r}))\n"
            "print('ready', flush=True)\ntime.sleep(600)",
        ],
        stdout=subprocess.PIPE,
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert deaf.wait(20) == -signal.SIGTERM
    assert wait_until(lambda: not folder.exists(), seconds=20)


def test_the_guard_forgets_who_is_gone() -> None:
    """A number that was told to be gone is not signalled: it may be somebody else's by now."""
    other = subprocess.Popen(SLEEP, start_new_session=True)
    guard = Guard()
    guard.watch(other.pid)
    guard.forget(other.pid)
    guard.close()
    assert other.poll() is None
    os.killpg(other.pid, signal.SIGKILL)
    other.wait()

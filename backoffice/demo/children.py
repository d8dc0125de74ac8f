"""Child processes that never outlive us: how they are started, and how they are stopped.

Three nets, one below the other: an orderly stop (`stop`), the kernel's parent-death signal for the
day we are killed, and the guard (guard.py), which then ends what a death signal did not reach.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: int, parent: int) -> None:
    """Ask the kernel to send us signal `number` when process `parent`, who started us, dies."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:  # it died between fork and prctl
        os.kill(os.getpid(), number)


def _leash(number: int) -> Callable[[], None]:
    parent = os.getpid()
    return lambda: die_with_parent(number, parent)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | int,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    as_user: str | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, its output appended to `log`.

    `as_user` runs it as that user (only root may ask). It gets `death_signal` when the calling
    *thread* ends: call this from the main thread.
    """
    owner = pwd.getpwnam(as_user) if as_user else None
    with contextlib.ExitStack() as stack:
        out = log if isinstance(log, int) else stack.enter_context(log.open("ab"))
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            start_new_session=True,
            preexec_fn=_leash(death_signal),
        )


def stop(
    child: subprocess.Popen[bytes], *, number: int = signal.SIGTERM, seconds: float = 10
) -> None:
    """Ask a child to end by signal `number`; after `seconds` end its whole group by force."""
    if child.poll() is None:
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    end_group(child.pid)
    child.wait()


def end_group(group: int) -> None:
    """Kill what is left of a process group; nothing left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def wait_until(ready: Callable[[], bool], *, seconds: float, step: float = 0.02) -> bool:
    """Ask `ready()` again and again; False when `seconds` passed without a yes."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True


class Guard:
    """A process that waits for our death, then ends our groups and removes our temp folders."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _tell(self, word: str, what: object) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(f"{word} {what}\n".encode())
                pipe.flush()

    def watch(self, group: int) -> None:
        """End this process group when we die."""
        self._tell("group", group)

    def forget(self, group: int) -> None:
        """This process group is gone already."""
        self._tell("gone", group)

    def remove(self, folder: Path) -> None:
        """Remove this folder when we are gone."""
        self._tell("path", folder)

    def close(self) -> None:
        """We leave in order: the guard does its last work now."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

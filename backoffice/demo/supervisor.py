"""Keeps the demo's processes alive: starts them, notices deaths, starts again, stops them all."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from backoffice.demo.children import Guard, end_group, stop
from backoffice.demo.errors import DemoError

HEALTHY_SECONDS = 30.0  # whoever lived as long starts anew without a wait
FIRST_WAIT, LONGEST_WAIT = 0.3, 15.0


@dataclass(kw_only=True)
class Process:
    """One process of the demo: how it starts, how we know that it is ready, how it ends."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    log: Path
    ready: Callable[[], bool] = lambda: True
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 8.0
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    again_at: float = field(default=0.0, init=False)
    wait: float = field(default=FIRST_WAIT, init=False)
    was_ready: bool = field(default=False, init=False)
    restarts: int = field(default=0, init=False)
    last_end: str = field(default="", init=False)

    @property
    def last_words(self) -> str:
        """The last line of its log."""
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


class Supervisor:
    """All processes, in the order in which they were started."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.guard = Guard()
        self._processes: list[Process] = []
        self._say = say

    def start(self, process: Process) -> None:
        """Start a process and look after it from now on."""
        self._launch(process)
        self._processes.append(process)

    def _launch(self, process: Process) -> None:
        process.child, process.was_ready = process.start(), False
        process.started = time.monotonic()
        self.guard.watch(process.child.pid)

    @property
    def processes(self) -> tuple[Process, ...]:
        """Everybody, in the order in which they were started."""
        return tuple(self._processes)

    def find(self, name: str) -> Process | None:
        """The process of this name."""
        return next((one for one in self._processes if one.name == name), None)

    def first_unready(self) -> Process | None:
        """The first process that is not ready; DemoError when one died before it was."""
        for process in self._processes:
            if process.child is not None and process.child.poll() is not None:
                raise DemoError(
                    f"The {process.name} did not start: {process.last_words} (see {process.log})"
                )
            process.was_ready = process.was_ready or process.ready()
            if not process.was_ready:
                return process
        return None

    def look(self) -> None:
        """Notice who died, and start again whose wait is over."""
        now = time.monotonic()
        for process in self._processes:
            child = process.child
            if child is not None and child.poll() is not None:
                self._bury(process, child, now)
            elif child is None and now >= process.again_at:
                self._launch(process)
                process.restarts += 1
            elif child is not None and not process.was_ready:
                process.was_ready = process.ready()

    def _bury(self, process: Process, child: subprocess.Popen[bytes], now: float) -> None:
        end_group(child.pid)  # what it left: web workers that still hold the port
        self.guard.forget(child.pid)
        if now - process.started > HEALTHY_SECONDS:
            process.wait = FIRST_WAIT
        process.last_end = _how(child.returncode)
        self._say(f"The {process.name} {process.last_end}; started again in {process.wait:.1f} s.")
        process.child, process.again_at = None, now + process.wait
        process.wait = min(process.wait * 2, LONGEST_WAIT)

    def stop(self) -> None:
        """Stop everything, last started first, and let the guard clear away."""
        for process in reversed(self._processes):
            if process.child is not None:
                stop(process.child, number=process.stop_signal, seconds=process.stop_seconds)
                self.guard.forget(process.child.pid)
        self.guard.close()


def _how(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"

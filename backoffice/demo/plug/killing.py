"""What the supervisor tells of its children, and how it kills one that a page names."""

import contextlib
import os
import signal
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from backoffice.core.clock import now
from backoffice.demo.supervisor import Process, Supervisor

KEPT = 12  # kills that are remembered
#: Who may be killed from the page, in its words.
VICTIMS = {
    "agent": "agent",
    "metatrader": "simulated MetaTrader",
    "worker": "worker",
    "postgresql": "PostgreSQL server",
}


@dataclass
class Kill:
    """One kill: whom, when, and since when the part is back. `note` is the page's own."""

    number: int
    victim: str
    pid: int
    at: str
    note: dict[str, Any]
    begun: float = field(default_factory=time.monotonic)
    seconds: float | None = None  # until the part answered again
    successor: int | None = None

    def told(self) -> dict[str, Any]:
        """As the page is told."""
        names = ("number", "victim", "pid", "at", "note", "seconds", "successor")
        return {name: getattr(self, name) for name in names}


class Killer:
    """Answers at the supervisor's door."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._kills: deque[Kill] = deque(maxlen=KEPT)
        self._number = 0

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Tell of the fleet, or kill one of it."""
        match asked:
            case {"verb": "fleet"}:
                return {"fleet": self._fleet(), "kills": [one.told() for one in self._kills]}
            case {"verb": "kill", "victim": str(victim), "pid": int(pid), "note": dict(note)}:
                return self._kill(victim, pid, note)
        return {"error": "The supervisor knows two verbs: fleet and kill."}

    def look(self) -> None:
        """Note who is back."""
        for kill in self._kills:
            process = self._supervisor.find(VICTIMS[kill.victim])
            if kill.seconds is None and process is not None and self._is_back(process, kill):
                kill.seconds = round(time.monotonic() - kill.begun, 1)
                kill.successor = process.child.pid if process.child else None

    @staticmethod
    def _is_back(process: Process, kill: Kill) -> bool:
        child = process.child
        return child is not None and child.pid != kill.pid and process.was_ready

    def _fleet(self) -> list[dict[str, Any]]:
        return [
            {
                "name": one.name,
                "pid": one.child.pid if one.child else None,
                "state": state_of(one),
                "seconds": int(time.monotonic() - one.started) if one.child else None,
                "restarts": one.restarts,
                "last_end": one.last_end,
            }
            for one in self._supervisor.processes
        ]

    def _kill(self, victim: str, pid: int, note: dict[str, Any]) -> dict[str, Any]:
        process = self._supervisor.find(VICTIMS.get(victim, ""))
        if process is None:
            return {"error": f"There is no part {victim!r:.40} that could be killed."}
        child = process.child
        if child is None or child.pid != pid or child.poll() is not None:
            return {"error": f"The {process.name} is not process {pid} any more: look again."}
        self._number += 1
        kill = Kill(number=self._number, victim=victim, pid=pid, at=now().isoformat(), note=note)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # ours and not yet buried: the number is nobody else's
        self._kills.appendleft(kill)
        return {"killed": kill.told()}


def state_of(process: Process) -> str:
    """Running, starting, or waiting to be started again."""
    if process.child is None or process.child.poll() is not None:
        return "waiting"
    return "running" if process.was_ready else "starting"

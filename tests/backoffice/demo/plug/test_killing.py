"""The supervisor's door: who may be killed through it, and what is told afterwards."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backoffice.demo.children import spawn, wait_until
from backoffice.demo.plug import channel
from backoffice.demo.plug.channel import Door, NoSupervisor
from backoffice.demo.plug.killing import VICTIMS, Killer
from backoffice.demo.supervisor import Process, Supervisor

pytestmark = pytest.mark.processes


class Stage:
    """A supervisor with two children, driven as the demo drives it, in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.supervisor = Supervisor(lambda line: None)
        self.killer = Killer(self.supervisor)
        self.door = Door(folder, self.killer.answer)
        for name in ("agent", "web server"):
            log, script = folder / f"{name}.log", "import time; time.sleep(600)"
            start = partial(spawn, [sys.executable, "-c", script], log=log)
            self.supervisor.start(Process(name=name, start=start, log=log))

    def turn(self) -> None:
        """One turn of the demo's loop."""
        self.supervisor.look()
        self.killer.look()
        self.door.serve(0.05)

    def ask(self, verb: str, **more: Any) -> dict[str, Any]:
        """Ask from beside, while the loop turns."""
        told: list[dict[str, Any]] = []
        asking = threading.Thread(
            target=lambda: told.append(channel.ask(self.folder, verb, **more))
        )
        asking.start()
        assert wait_until(lambda: self.turn() or bool(told), seconds=30)
        asking.join()
        return told[0]

    def pid_of(self, name: str) -> int:
        """The number of a child."""
        process = self.supervisor.find(name)
        assert process is not None
        assert process.child is not None
        return process.child.pid


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage that is cleared away."""
    stage = Stage(tmp_path)
    yield stage
    stage.door.close()
    stage.supervisor.stop()


def test_a_kill_is_remembered_until_the_part_is_back_and_after(stage: Stage) -> None:
    """Its note comes back with it, and the number of whoever took its place."""
    pid = stage.pid_of("agent")
    note = {"by": "Greta", "flights": {"5": "payment:APPROVED"}}
    told = stage.ask("kill", victim="agent", pid=pid, note=note)["killed"]
    assert (told["pid"], told["note"], told["seconds"]) == (pid, note, None)

    def is_back() -> bool:
        return stage.ask("fleet")["kills"][0]["seconds"] is not None

    assert wait_until(is_back, seconds=30)
    known = stage.ask("fleet")
    assert known["kills"][0]["successor"] == stage.pid_of("agent") != pid
    agent = next(one for one in known["fleet"] if one["name"] == "agent")
    assert (agent["restarts"], agent["state"]) == (1, "running")
    assert agent["last_end"] == "was killed by SIGKILL"


def test_only_children_that_may_die_are_killed_and_only_by_their_number(stage: Stage) -> None:
    """Another number, another part or another process of the machine: nothing happens."""
    web, agent = stage.pid_of("web server"), stage.pid_of("agent")
    for victim, pid in (
        ("web server", web), ("agent", web), ("agent", os.getpid()), ("agent", -1), ("", agent),
        ("worker", agent),
    ):  # fmt: skip
        assert "error" in stage.ask("kill", victim=victim, pid=pid, note={})
    assert "error" in stage.ask("kill", victim="agent", pid=str(agent), note={})
    assert "error" in stage.ask("stop")
    assert (stage.pid_of("web server"), stage.pid_of("agent")) == (web, agent)
    assert stage.ask("fleet")["kills"] == []
    assert set(VICTIMS) == {"agent", "metatrader", "worker", "postgresql"}


def test_who_died_already_is_not_killed_again(stage: Stage) -> None:
    """The number may be somebody else's by the time it is named."""
    pid = stage.pid_of("agent")
    os.kill(pid, signal.SIGKILL)
    process = stage.supervisor.find("agent")
    assert process is not None
    assert process.child is not None
    process.child.wait()
    killer = stage.killer.answer({"verb": "kill", "victim": "agent", "pid": pid, "note": {}})
    assert "not process" in killer["error"]


def test_the_door_is_for_its_user_only_and_bears_nonsense(stage: Stage) -> None:
    """Noise and silence cost a moment; the next one who asks is answered."""
    assert (stage.folder / channel.NAME).stat().st_mode & 0o777 == 0o600
    for noise in (b"no json\n", b"[1]\n", b'{"verb": "kill"}\n', b"x" * 70_000):
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(stage.folder / channel.NAME))
            door.setblocking(False)
            door.send(noise)
            stage.turn()
    assert len(stage.ask("fleet")["fleet"]) == 2


def test_nobody_at_the_door_is_one_sentence(tmp_path: Path) -> None:
    """A page can show it."""
    with pytest.raises(NoSupervisor, match="supervisor does not answer"):
        channel.ask(tmp_path, "fleet")

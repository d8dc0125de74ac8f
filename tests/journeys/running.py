"""A demo under test: started as a person starts it, looked at from outside."""

import base64
import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backoffice.core.clock import now
from backoffice.demo.card import PERIOD, one_time_code
from backoffice.demo.children import wait_until
from tests.cluster import ROOT
from tests.factories.simulator import opened
from tests.template import given

READY = "The back office is ready"
START_SECONDS = 1200.0  # twelve on a quiet machine; on a full one migrations take minutes
RESTART_SECONDS = 30.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def lives(number: int) -> bool:
    """True while a process runs; a zombie is dead."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(number: int) -> Iterator[int]:
    """The processes that a process started, and theirs."""
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                yield child
                yield from children_of(child)


class Demo:
    """One `python -m backoffice.demo run` with data of its own and a small MetaTrader.

    It is given the tables that the tests' own migrations made, when there are some, unless it
    `migrates`.
    """

    migrates = False

    def __init__(self, data: Path, port: int | None = None, **more: str) -> None:
        self.data, self.port = data, port or free_port()
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MT4", "DJANGO", "DATABASE", "REDIS", "ENVIRONMENT"))
        }
        self.environment |= {"DEMO_DATA": str(data), "PORT": str(self.port)}
        self.environment |= {"CLIENTS": "9", "ACCOUNTS": "12", "DAYS": "30", "SEED": "7"} | more
        # People of a long run sign in once; tests/backoffice/identity asks about the usual times.
        self.environment |= {"STEP_UP_MINUTES": "720", "SESSION_IDLE_MINUTES": "720"}
        self.output = data / f"{self.port}.out"
        self.process: subprocess.Popen[bytes] | None = None
        self.command = [sys.executable, "-m", "backoffice.demo"]

    def start(self) -> "Demo":
        """Start it and wait for its card."""
        self.output.unlink(missing_ok=True)
        place = self.data / str(self.port)
        if not self.migrates and not place.exists():
            given(place)
        with self.output.open("ab") as out:
            self.process = subprocess.Popen(
                [*self.command, "run"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        process = self.process
        wait_until(lambda: READY in self.said or process.poll() is not None, seconds=START_SECONDS)
        assert READY in self.said, self.said
        return self

    @property
    def said(self) -> str:
        """What this start printed so far."""
        return self.output.read_text() if self.output.exists() else ""

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def secrets(self) -> dict[str, Any]:
        """Its staff and keys."""
        return json.loads((self.data / str(self.port) / "secrets.json").read_text())

    def verb(self, word: str) -> subprocess.CompletedProcess[str]:
        """Run another verb of the demo on the same place."""
        return subprocess.run(
            [*self.command, word],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def family(self) -> list[int]:
        """Every process that it started, itself apart."""
        assert self.process is not None
        return list(children_of(self.process.pid))

    def find(self, words: str) -> int:
        """The direct child whose command line holds these words; one that is just restarted too."""
        found: list[int] = []

        def look() -> bool:
            found[:] = self._children_with(words)
            return bool(found)

        if not wait_until(look, seconds=RESTART_SECONDS):
            raise AssertionError(f"no process of the demo has {words!r} in its command")
        return found[0]

    def _children_with(self, words: str) -> list[int]:
        assert self.process is not None
        mine = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        lines = {number: Path(f"/proc/{number}/cmdline") for number in map(int, mine.split())}
        found = []
        for number, path in lines.items():
            with contextlib.suppress(OSError):  # gone meanwhile
                if words in path.read_bytes().replace(b"\0", b" ").decode():
                    found.append(number)
        return found

    @property
    def sockets(self) -> Path:
        """The short folder of this run, read from its server's command line."""
        line = Path(f"/proc/{self.find('trading.gateway.simulator')}/cmdline").read_bytes()
        arguments = line.decode().split("\0")
        return Path(arguments[arguments.index("--socket") + 1]).parent

    def metatrader(self, verb: str, **arguments: Any) -> Any:
        """Ask the simulated MetaTrader by its stage door."""
        with self._door("metatrader.control") as door:
            return _answer(door, verb, arguments)

    def manager(self, verb: str, **arguments: Any) -> Any:
        """Ask the simulated MetaTrader as a manager's program does."""
        with self._door("metatrader") as door:
            _send(door, {"mode": "direct"})
            assert _receive(door)["code"] == 0
            return _answer(door, verb, arguments)

    def _door(self, name: str) -> socket.socket:
        door = socket.socket(socket.AF_UNIX)
        door.settimeout(20)
        door.connect(str(self.sockets / name))
        return door

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it and wait until it is gone."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None


def _answer(door: socket.socket, verb: str, arguments: Mapping[str, Any]) -> Any:
    _send(door, {"id": 1, "verb": verb, "args": arguments})
    answer = _receive(door)
    assert answer["code"] == 0, answer
    return opened(verb, answer["result"])


def _send(door: socket.socket, message: Mapping[str, Any]) -> None:
    body = json.dumps(message).encode()
    door.sendall(struct.pack(">I", len(body)) + body)


def _receive(door: socket.socket) -> Any:
    (length,) = struct.unpack(">I", _exactly(door, 4))
    return json.loads(_exactly(door, length))


def _exactly(door: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        part = door.recv(length - len(got))
        assert part, "MetaTrader hung up"
        got += part
    return got


_USED: dict[str, int] = {}  # secret → the half minute whose code was used


def fresh_code(person: Mapping[str, Any]) -> str:
    """A code of this person that was not used yet; a second one within a half minute waits."""
    key = base64.b32decode(person["totp_key"])
    last = _USED.get(person["totp_key"], 0)
    while (at := now().timestamp()) // PERIOD <= last or at % PERIOD > PERIOD - 4:
        time.sleep(0.2)  # a code that is about to end would be late
    _USED[person["totp_key"]] = int(at) // PERIOD
    return one_time_code(key, at)


def spoken_codes(text: str) -> list[str]:
    """The codes of a printed table."""
    return re.findall(r"(\d{3} \d{3})$", text, re.MULTILINE)

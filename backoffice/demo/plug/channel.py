"""The supervisor's door: a local socket by which the demo's own pages see and kill its children.

One JSON line asks, one JSON line answers. The socket stands in the demo's short folder, for its
user only; only children of this supervisor can be named, and only by the number they have now.
"""

import contextlib
import json
import os
import selectors
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAME = "supervisor"
MOST_BYTES = 64_000
PATIENCE_SECONDS = 2.0
Answer = Callable[[dict[str, Any]], dict[str, Any]]


class NoSupervisor(Exception):
    """Nobody answers at the supervisor's door; the text says so to a person."""


class Door:
    """The supervisor's end. `answer` gets what was asked and returns what is told."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self._answer = answer
        path = folder / NAME
        path.unlink(missing_ok=True)
        self._door = socket.socket(socket.AF_UNIX)
        before = os.umask(0o177)
        try:
            self._door.bind(str(path))
        finally:
            os.umask(before)
        self._door.listen(8)
        self._door.setblocking(False)
        self._waiting = selectors.DefaultSelector()
        self._waiting.register(self._door, selectors.EVENT_READ)

    def serve(self, seconds: float) -> None:
        """Wait so long for whoever asks, and answer them."""
        if self._waiting.select(seconds):
            with contextlib.suppress(OSError, ValueError):
                self._serve_one()

    def _serve_one(self) -> None:
        asking, _address = self._door.accept()
        with asking:
            asking.settimeout(0.5)  # who dawdles must not keep the dead waiting
            told = self._answer(json.loads(read_line(asking)))
            asking.sendall(json.dumps(told).encode() + b"\n")

    def close(self) -> None:
        """Nobody is answered any more."""
        self._waiting.close()
        self._door.close()


def ask(folder: Path, verb: str, **more: Any) -> dict[str, Any]:
    """Ask the supervisor of this folder; NoSupervisor when it does not answer."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(PATIENCE_SECONDS)
        try:
            door.connect(str(folder / NAME))
            door.sendall(json.dumps({"verb": verb, **more}).encode() + b"\n")
            told: dict[str, Any] = json.loads(read_line(door))
        except (OSError, ValueError) as silence:
            raise NoSupervisor(f"The demo's supervisor does not answer: {silence}") from silence
    return told


def read_line(door: socket.socket) -> bytes:
    """Read up to the end of the line; ValueError for one that is too long or breaks off."""
    got = b""
    while not got.endswith(b"\n"):
        part = door.recv(8_192)
        got += part
        if not part or len(got) > MOST_BYTES:
            raise ValueError("no line")
    return got

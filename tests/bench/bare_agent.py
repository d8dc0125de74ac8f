"""The bare limit of an agent and the MetaTrader behind it: an answer, and flushes for a command.

A command flushes three times, as ours do: the intent, MetaTrader's own record, the answer.
"""

import os
import tempfile
from typing import Any

FILE = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  it lives as long as the process
FLUSHES = 3


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, flush if it is a command, answer."""
    while (await receive()).get("more_body"):
        continue
    if scope["path"] == "/command":
        for _flush in range(FLUSHES):
            os.write(FILE.fileno(), b"x" * 200)
            os.fsync(FILE.fileno())
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"{}"})

"""The bare limit of an agent: as many ways to MetaTrader, as many flushes, and an answer.

The path says them, `/TRIPS/FLUSHES`; one of the trips is flushed by MetaTrader too where there are
flushes, since its yes means that the record is on its disk. The answer tells what was done.
"""

import os
import socket
import tempfile
from typing import Any

from tests.bench.withdrawals.bare_metatrader import FLUSH

FILE = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  it lives as long as the process
METATRADER = socket.socket(socket.AF_UNIX)
METATRADER.connect(os.environ["BARE_METATRADER"])


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, do what the path says, answer."""
    while (await receive()).get("more_body"):
        continue
    _, trips, flushes = scope["path"].split("/")
    for flush in range(int(flushes)):
        os.write(FILE.fileno(), b"x" * 200)
        os.fsync(FILE.fileno())
        del flush
    for trip in range(int(trips)):
        METATRADER.sendall(FLUSH if trip == 0 and flushes != "0" else b"ask\n")
        METATRADER.recv(100)
    body = f"{trips} {flushes}".encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})

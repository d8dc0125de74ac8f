"""The bare limit of an agent: the same questions to MetaTrader, as many flushes, and an answer.

MetaTrader is another one of the simulated kind, so that its own work stands on both sides; nothing
listens to it. The body is a JSON list of [verb, arguments] as our agent sent them; the login is one
of its own accounts. The path says the flushes, the answer what was done.
"""

import os
import socket
import tempfile
from itertools import cycle
from struct import Struct
from typing import Any

import orjson

LENGTH = Struct(">I")
ACCOUNTS, MONEY, BALANCE = 20, "1000000.00", 83
FILE = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  it lives as long as the process
METATRADER = socket.socket(socket.AF_UNIX)


def tell(message: Any) -> Any:
    """Send a frame and return the answer."""
    body = orjson.dumps(message)
    METATRADER.sendall(LENGTH.pack(len(body)) + body)
    heard = bytearray()
    while len(heard) < LENGTH.size or len(heard) < LENGTH.size + LENGTH.unpack_from(heard)[0]:
        heard += METATRADER.recv(1 << 18)
    return orjson.loads(heard[LENGTH.size :])


def ask(verb: str, arguments: dict[str, Any]) -> Any:
    """Return what MetaTrader says to a verb."""
    return tell({"id": 1, "verb": verb, "args": arguments})


def opened() -> list[int]:
    """Connect; return accounts that may be booked on, each with money for every round."""
    METATRADER.connect(os.environ["BARE_METATRADER"])
    tell({"mode": "direct"})
    given = {"type": BALANCE, "cmd": 6, "price": MONEY, "comment": "bare"}
    every = ask("logins", {})["result"]
    found = [one for one in every if ask("transaction", given | {"orderby": one})["code"] == 0]
    if len(found) < ACCOUNTS:
        raise SystemExit(f"the bare MetaTrader books on {len(found)} of {len(every)} accounts")
    return found[:ACCOUNTS]


LOGINS = cycle(opened())


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, flush and ask as it says, answer."""
    said = b""
    while (message := await receive()).get("more_body"):
        said += message["body"]
    asked, login = orjson.loads(said + message["body"]), next(LOGINS)
    flushes = int(scope["path"].strip("/"))
    for _flush in range(flushes):
        os.write(FILE.fileno(), b"x" * 200)
        os.fsync(FILE.fileno())
    for verb, arguments in asked:
        whose = {name: login for name in ("login", "orderby") if name in arguments}
        ask(verb, arguments | whose)
    body = f"{len(asked)} {flushes}".encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})

"""The process: `python -m accounts.providers.simulator --state FILE --listen HOST:PORT`.

The key that both sides sign with comes by the environment: PROVIDER_KEY=keyid:hex.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

import uvicorn

from accounts.providers.simulator.clerk import Clerk
from accounts.providers.simulator.front import Front
from accounts.providers.simulator.postman import Postman
from accounts.providers.simulator.store import Store

WRONG_START = 2


def main(line: list[str] | None = None) -> int:
    """Run until a signal says stop; return the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(prog="python -m accounts.providers.simulator")
    parser.add_argument("--state", type=Path, required=True, help="a file; made when it is absent")
    parser.add_argument("--listen", required=True, help="HOST:PORT")
    parser.add_argument("--drills", action="store_true", help="let faults be switched on")
    given = parser.parse_args(line)
    key_id, _, text = os.environ.get("PROVIDER_KEY", "").partition(":")
    host, _, port = given.listen.rpartition(":")
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if not key_id or len(secret) < 32 or not port.isdecimal():
        sys.stderr.write("Say PROVIDER_KEY=keyid:hex (32 bytes at least) and --listen HOST:PORT.\n")
        return WRONG_START
    store = Store(given.state)
    postman = Postman(store, key_id=key_id, secret=secret)
    front = Front(
        Clerk(store, f"http://{given.listen}"), key_id=key_id, secret=secret, drills=given.drills
    )
    postman.start()
    uvicorn.run(front, host=host, port=int(port), log_level="warning", lifespan="off")
    postman.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())

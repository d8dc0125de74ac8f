"""`python -m backoffice.audit.witness --database URL --folder FOLDER --origin NAME --log-key HEX`.

A process of its own, best on a machine of its own, under the database role mt4bo_witness, which
reads the log and writes nothing but the witness's word. It needs no Django and no secret of ours.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psycopg

from backoffice.audit.calc.keyring import BadKeys, load, make
from backoffice.audit.witness.judging import Witness
from backoffice.audit.witness.memory import Lost, Memory
from backoffice.core import clock

NAME = "witness"


def main(arguments: Sequence[str] | None = None) -> int:
    """Look every few seconds until told to stop; 2 when it cannot begin."""
    given = _parser().parse_args(arguments)
    address = given.database or os.environ.get("WITNESS_DATABASE_URL", "")
    try:
        given.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not any(given.folder.glob("witness-*.key")):
            make(given.folder, "witness", "1")
        witness = Witness(
            key=load(given.folder, "witness", given.name)[0],
            memory=Memory(given.folder),
            origin=given.origin,
            log_keys=frozenset(key.lower() for key in given.log_key),
        )
    except (BadKeys, Lost, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return _watch(witness, address, stop, seconds=given.every, once=given.once)


def _watch(
    witness: Witness, address: str, stop: threading.Event, *, seconds: float, once: bool
) -> int:
    before = ""
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True, connect_timeout=5) as session:
                _announce(session, witness)
                while not stop.is_set():
                    words = witness.look(session, now=clock.now())
                    if words != before:
                        sys.stdout.write(f"{clock.now().isoformat()} {words}\n")
                        sys.stdout.flush()
                    before = words
                    if once:
                        return 0 if words == "cosigned" else 1
                    stop.wait(seconds)
        except psycopg.Error as error:
            sys.stdout.write(f"the database does not answer: {error}\n")
            sys.stdout.flush()
            if once:
                return 2
            stop.wait(seconds)
    return 0


def _announce(session: psycopg.Connection, witness: Witness) -> None:
    key = witness.key.public
    session.execute(
        "INSERT INTO audit_key (fingerprint, kind, name, public) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT (fingerprint) DO NOTHING",
        [key.fingerprint, key.kind, witness.key.name, key.public],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backoffice.audit.witness")
    parser.add_argument("--database", default="", help="or WITNESS_DATABASE_URL")
    parser.add_argument("--folder", type=Path, required=True, help="its memory and its key")
    parser.add_argument("--origin", required=True, help="the log's name, as its heads say it")
    parser.add_argument(
        "--log-key",
        action="append",
        required=True,
        help="a fingerprint to believe; may be given twice",
    )
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")
    parser.add_argument("--once", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())

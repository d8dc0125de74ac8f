"""The sequencer's day: give places, sign heads, until told to stop.

It runs as a process of its own, under the database role mt4bo_sequencer; the application could do
neither. It writes no event: what it writes is the proof of the events.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from psycopg import Connection, Error

from backoffice.audit.calc import keyring
from backoffice.audit.calc.signing import SigningKey
from backoffice.audit.log import checkpoint
from backoffice.audit.log.sequencer import AT_ONCE, Hole, Sequencer
from backoffice.core import clock

PAUSE = 0.5  # seconds between two looks: the merge delay is a little more at most
REST = 2.0  # after a failure

log = structlog.get_logger(__name__)


def own_keys() -> list[SigningKey]:
    """Return the log's keys from the folder that AUDIT_KEYS names; BadKeys says what is missing."""
    return keyring.load(Path(settings.AUDIT_KEYS), "log", settings.AUDIT_ORIGIN)


def make_key(label: str) -> str:
    """Make a key of the log, and return its fingerprint: the witness has to be told of it.

    While two are there, heads are signed by both; take the old file away once witness and auditors
    believe the new one. BadKeys when the label is taken.
    """
    keyring.make(Path(settings.AUDIT_KEYS), "log", label)
    made = keyring.read(Path(settings.AUDIT_KEYS), "log", label, settings.AUDIT_ORIGIN)
    return made.public.fingerprint


def run(stop: threading.Event, keys: Sequence[SigningKey], *, once: bool = False) -> None:
    """Sequence and sign until told to stop; a database that is away is waited for."""
    while not stop.is_set():
        try:
            connection.ensure_connection()
            session: Any = connection.connection
            checkpoint.announce(session, keys)
            _sequence(session, stop, keys, once=once)
        except (DatabaseError, Error, Hole) as error:
            log.error("sequencer_waits", reason=str(error))
            connection.close()
            stop.wait(REST)
        if once:
            return


def _sequence(
    session: Connection, stop: threading.Event, keys: Sequence[SigningKey], *, once: bool
) -> None:
    sequencer = Sequencer(session)
    while not stop.is_set():
        count = sequencer.step()
        checkpoint.sign_head(session, keys, now=clock.now(), at_once=once and not count)
        if once and not count:
            return
        if count < AT_ONCE:
            stop.wait(0 if once else PAUSE)

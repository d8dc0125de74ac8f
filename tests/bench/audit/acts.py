"""The program that acts while the log is numbered, and counts what both take.

    python -m tests.bench.audit.acts SEQUENCER_DSN

In an empty, migrated database. Its last line is JSON.
"""

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

import psycopg
from django.db import connection, transaction

from backoffice.audit.calc.verify_bundle import is_included
from backoffice.audit.log.sequencer import Sequencer, size_of, tree_of
from backoffice.company.models import LegalEntity
from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.core.models import IdempotencyKey
from backoffice.core.runtime.origin import Origin, within
from backoffice.ui.events import ConfigurationChanged

RATE, SECONDS, MANY = 200, 8, 50_000
ACTOR = Actor.staff(1)
HOME = Origin(
    address="203.0.113.7", device="Mozilla/5.0 (bench)", request="r" * 36, session="s" * 16
)
PAUSE = 0.5
FILL = """
SELECT event_append(convert_to(
    '{"actor":"system:bench","at":"2026-01-01T00:00:00Z","event":"a.b.c",'
    || '"fields":{"text":"' || repeat('x', 250) || '"},"id":"' || gen_random_uuid()
    || '","subjects":[]}', 'UTF8')) FROM generate_series(1, %s)
"""


def main(address: str) -> dict[str, Any]:
    """Measure everything once."""
    entity = LegalEntity.objects.create(
        code="bench", name="Bench", jurisdiction="CY", reporting_currency="USD"
    )
    turn = iter(range(10**9))

    def act() -> None:
        with within(HOME), transaction.atomic():
            LegalEntity.objects.filter(pk=entity.pk).update(name=f"Bench {next(turn)}")
            told = ConfigurationChanged(model="x", key="1", before="a" * 80, after="b" * 80)
            outbox.emit(told, actor=ACTOR, subjects=[("x", 1)], now=now())

    with psycopg.connect(address, autocommit=True) as session, _bare() as bare:
        stop, delays = threading.Event(), []
        thread = threading.Thread(target=_number, args=(address, stop, delays))
        thread.start()
        acts, bares = _timed(act, bare.write)
        time.sleep(2 * PAUSE)
        stop.set()
        thread.join()
        found: dict[str, Any] = {"rate": RATE, "act_p95": _p95(acts), "bare_p95": _p95(bares)}
        found |= {"act_p50": statistics.median(acts), "bare_p50": statistics.median(bares)}
        found["merge_p99"] = statistics.quantiles(delays, n=100)[-1] * 1000
        found |= _numbering(session, bare) | _proving(session)
    return found


class _bare:  # noqa: N801 - a block
    """A table of its own for as many rows by plain statements."""

    def __enter__(self) -> "_bare":
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE bare (id bigserial PRIMARY KEY, body bytea)")
        self.key = IdempotencyKey.objects.create(key="bench")
        self._turn = cycle((0, 1))
        return self

    def write(self) -> None:
        """The same change of a row of an unwatched table, told by nobody, and its commit."""
        moment = datetime(2026, 1, 1, second=next(self._turn), tzinfo=UTC)
        with transaction.atomic():
            IdempotencyKey.objects.filter(pk=self.key.pk).update(used_at=moment)

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bare")


def _timed(*works: Callable[[], None]) -> list[list[float]]:
    """Both by turns, RATE acts of the first a second, in milliseconds."""
    taken: list[list[float]] = [[] for _ in works]
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        pause = began + number / RATE - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        for work, times in zip(works, taken, strict=True):
            at = time.perf_counter()
            work()
            times.append((time.perf_counter() - at) * 1000)
    return taken


def _number(address: str, stop: threading.Event, delays: list[float]) -> None:
    """The sequencer as its process runs it; how long each entry waited, after the fact."""
    with psycopg.connect(address, autocommit=True) as session:
        sequencer = Sequencer(session)
        while not stop.is_set():
            sequencer.step()
            stop.wait(PAUSE)
        sequencer.step()
        rows = session.execute(
            "SELECT extract(epoch FROM sequenced_at - recorded_at) FROM audit_leaf "
            "JOIN core_event ON source = 1 AND id = source_id"
        ).fetchall()
    delays.extend(float(row[0]) for row in rows)


def _numbering(session: psycopg.Connection, bare: object) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [MANY])
        sequencer = Sequencer(session)
        began = time.perf_counter()
        while sequencer.step():
            pass
        numbered = MANY / (time.perf_counter() - began)
        began = time.perf_counter()
        cursor.execute(
            "INSERT INTO bare (body) SELECT sha256(body) FROM core_event LIMIT %s", [MANY]
        )
        inserted = MANY / (time.perf_counter() - began)
    return {"numbered": numbered, "inserted": inserted}


def _proving(session: psycopg.Connection) -> dict[str, float]:
    size, tree = size_of(session), tree_of(session)
    root = tree.root(size)
    made, asked, hashes = [], [], 0
    for index in range(0, size, size // 100):
        began = time.perf_counter()
        proof = tree.inclusion(index, size)
        made.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        session.execute("SELECT 1").fetchone()
        asked.append((time.perf_counter() - began) * 1000)
        row = session.execute("SELECT leaf_hash FROM audit_leaf WHERE leaf_index = %s", [index])
        (leaf,) = row.fetchone() or (b"",)
        if not is_included(index, size, bytes(leaf), proof, root):
            raise RuntimeError(f"the proof of {index} does not hold")
        hashes = max(hashes, len(proof))
    return {
        "proof_ms": statistics.median(made),
        "ask_ms": statistics.median(asked),
        "proof_hashes": hashes,
        "size": size,
    }


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")

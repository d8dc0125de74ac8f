"""How long a change on the server takes to its row, while 2,000 trades change every second."""

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle, islice

import psycopg

from tests.cluster import ROOT
from tests.factories.simulator import Process

TRADES_A_BATCH, BATCHES_A_SECOND, SECONDS = 100, 20, 30
WARM_MS, PATIENCE_SECONDS = 1000.0, 120.0
TURN_SECONDS = "15"

#: What the clockwork does beside the feed: a pass every 15 seconds.
PASSES = """
import time, django
django.setup()
from backoffice.core.clock import now
from trading.actions import sync
from trading.queries.servers import active_server_ids
while True:
    begun = time.monotonic()
    for server_id in active_server_ids():
        sync.sync_server(server_id=server_id, now=now())
    time.sleep(max(0, {turn} - time.monotonic() + begun))
"""


def percentile(values: list[float], percent: int) -> float:
    """The value that this part of them does not exceed."""
    return statistics.quantiles(values, n=100)[percent - 1]


def lags(app: Mapping[str, str], metatrader: Process) -> list[float]:
    """Milliseconds from the server's own answer to the row, for each batch of changed trades."""
    with _beside(app), psycopg.connect(app["DATABASE_URL"], autocommit=True) as session:
        changes = Changes(session, metatrader)
        # The feed reads the whole server first, and shows every account of it.
        while changes.lag_of(1) > WARM_MS or not changes.are_all_shown():
            pass
        start = time.monotonic()
        for number in range(SECONDS * BATCHES_A_SECOND):
            changes.make(TRADES_A_BATCH)
            due = start + (number + 1) / BATCHES_A_SECOND
            while changes.look() and time.monotonic() < due:
                time.sleep(0.01)
        changes.wait()
        return changes.waits


class Changes:
    """Changes open trades, batch after batch, and sees when the last row of each has changed."""

    def __init__(self, session: psycopg.Connection, metatrader: Process) -> None:
        self._session = session
        self._control = metatrader.control()
        self._keys = dict(session.execute("SELECT ticket, id FROM trading_position").fetchall())
        self._tickets = cycle(sorted(self._keys))
        self._pending: dict[int, tuple[int, float]] = {}  # by number: the latest row, since when
        self._number = 0
        self.waits: list[float] = []

    def make(self, count: int) -> None:
        """Change the next trades, in one change on the server."""
        self._number += 1
        tickets, comment = list(islice(self._tickets, count)), f"b{self._number}"
        self._control.result("rewrite_comments", tickets=tickets, comment=comment)
        self._pending[self._number] = (self._keys[tickets[-1]], time.monotonic())

    def look(self) -> bool:
        """Note what has arrived; True."""
        keys = [key for key, _ in self._pending.values()]
        rows = self._session.execute(
            "SELECT id, comment FROM trading_position WHERE id = ANY(%s)", [keys]
        )
        shown = {key: int(comment[1:]) for key, comment in rows if re.match(r"b\d+$", comment)}
        for number, (key, since) in list(self._pending.items()):
            if shown.get(key, 0) >= number:
                self.waits.append((time.monotonic() - since) * 1000)
                del self._pending[number]
        return True

    def are_all_shown(self) -> bool:
        """Return whether the board has written the figures of every account."""
        return not self._session.execute(
            "SELECT FROM trading_tradingaccount WHERE NOT closed_on_server"
            " AND id NOT IN (SELECT account_id FROM trading_accountfigures) LIMIT 1"
        ).fetchall()

    def wait(self) -> None:
        """Wait for what has not arrived yet."""
        patience = time.monotonic() + PATIENCE_SECONDS
        while self._pending and self.look():
            if time.monotonic() > patience:
                raise RuntimeError(f"{len(self._pending)} batches never came to PostgreSQL")
            time.sleep(0.01)

    def lag_of(self, count: int) -> float:
        """Make one change, wait for its row; milliseconds. It is not counted."""
        self.make(count)
        self.wait()
        return self.waits.pop()


@contextmanager
def _beside(app: Mapping[str, str]) -> Iterator[None]:
    """The feed and the clockwork's passes, as processes of their own."""
    lines = (["manage.py", "run_feed"], ["-c", PASSES.format(turn=TURN_SECONDS)])
    children = [
        subprocess.Popen([sys.executable, *line], cwd=ROOT, env=dict(app)) for line in lines
    ]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()

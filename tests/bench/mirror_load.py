"""The program that loads the mirror, times it, then copies the same rows as bare as can be.

    python -m tests.bench.mirror_load AGENT_URL OWNER_URL

Its last line is JSON: rows, seconds, bare_seconds.
"""

import json
import sys
import time

import django
import psycopg
from psycopg import sql

if __name__ == "__main__":
    django.setup()  # before anything that has models

from backoffice.core.actors import Actor
from backoffice.core.clock import now
from trading.actions import servers, sync

TABLES = ("trading_tradingaccount", "trading_position", "trading_deal", "trading_balancerecord")


def load(agent_url: str) -> float:
    """Seconds of a first, whole pass."""
    server = servers.register_server(
        code="linden-live",
        name="Bench",
        kind="live",
        timezone="Europe/Athens",
        agent_url=agent_url,
        actor=Actor.system("bench"),
        now=now(),
    )
    start = time.monotonic()
    while True:
        synced = sync.sync_server(server_id=server.pk, now=now(), full=True)
        if synced.trouble:
            raise SystemExit(synced.trouble)
        if synced.finished:
            return time.monotonic() - start


def copy_bare(owner_url: str) -> tuple[int, float]:
    """Rows, and the seconds that COPY takes to write them into empty tables with their indexes."""
    rows, seconds = 0, 0.0
    with psycopg.connect(owner_url, autocommit=True) as session:
        for name in TABLES:
            table, bare = sql.Identifier(name), sql.Identifier(f"bare_{name}")
            with session.cursor().copy(
                sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT binary)").format(table)
            ) as out:
                blocks = list(out)
            session.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(bare, table))
            start = time.monotonic()
            cursor = session.cursor()
            with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(bare)) as into:
                for block in blocks:
                    into.write(block)
            seconds += time.monotonic() - start
            rows += cursor.rowcount
    return rows, seconds


def main() -> None:
    """Load, copy, tell."""
    agent_url, owner_url = sys.argv[1:]
    seconds = load(agent_url)
    rows, bare_seconds = copy_bare(owner_url)
    told = {"rows": rows, "seconds": seconds, "bare_seconds": bare_seconds}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

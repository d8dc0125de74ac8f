"""The program that loads the mirror, times it, then copies the same rows as bare as can be.

    python -m tests.bench.mirror.loading AGENT_URL OWNER_URL

Its last line is JSON: server, rows, seconds, bare_seconds, the seconds of the parts, peak_mib.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import django
import psycopg
from psycopg import sql

if __name__ == "__main__":
    django.setup()  # before anything that has models

from backoffice.core.actors import Actor
from backoffice.core.clock import now
from trading.actions import servers, sync
from trading.gateway.lines import Lines
from trading.gateway.remote.client import Client
from trading.mirror import bulk
from trading.models import Server

TABLES = ("trading_tradingaccount", "trading_position", "trading_deal", "trading_balancerecord")


def load(agent_url: str) -> tuple[Server, float]:
    """The server, and the seconds of its first load: passes of the clockwork until it is whole."""
    server = servers.register_server(
        code="bench",
        name="Bench",
        kind="live",
        timezone="Europe/Athens",
        agent_url=agent_url,
        actor=Actor.system("bench"),
        now=now(),
    )
    start = time.monotonic()
    while True:
        synced = sync.sync_server(server_id=server.pk, now=now())
        if synced.trouble:
            raise SystemExit(synced.trouble)
        if synced.finished:
            return server, time.monotonic() - start


def timed(spent: dict[str, float], name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, which adds to the seconds spent on it."""

    @wraps(work)
    def counted(*args: Any, **values: Any) -> Any:
        start = time.monotonic()
        try:
            return work(*args, **values)
        finally:
            spent[name] = spent.get(name, 0.0) + time.monotonic() - start

    return counted


def watch() -> dict[str, float]:
    """Time the parts: waiting for the wire, reading what it brought, making rows and COPY.

    The next page is asked for and read in a thread while the one before is copied, so the parts
    together may last longer than the whole.
    """
    spent: dict[str, float] = {}
    Client._post = timed(spent, "wire", Client._post)  # type: ignore[method-assign]
    Lines.split = timed(spent, "decoding", Lines.split)  # type: ignore[method-assign]
    for name in ("write_tickets", "write_accounts"):
        setattr(bulk, name, timed(spent, "copy", getattr(bulk, name)))
    return spent


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
    spent = watch()
    server, seconds = load(agent_url)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows, bare_seconds = copy_bare(owner_url)
    told = {
        "server": server.pk,
        "rows": rows,
        "seconds": seconds,
        "bare_seconds": bare_seconds,
        "peak_mib": peak_mib,
        **{name: round(value, 2) for name, value in spent.items()},
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()

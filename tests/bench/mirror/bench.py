"""The mirror: the first load of a big server beside a bare COPY, and the lag of its changes.

`BENCH_ACCOUNTS` and `BENCH_TRADES` give the size (5,000 and 50,000 unless told otherwise; the goal
is meant for 100,000 and 1,000,000).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure
from tests.bench.mirror import big_server
from tests.bench.mirror.lag import lags, percentile
from tests.bench.stage import Stage
from tests.factories.agents import KEY, KEY_ID, agent_environment, an_agent_process
from tests.factories.simulator import Process, running

LEAST_RATIO = 0.35
MOST_MIB = 1024
MOST_LAG_MS = 1000
MOST_SECONDS_A_MILLION, MOST_COMPARING_MIB = 60, 512
ACCOUNTS, TRADES = "5000", "50000"


def measure(stage: Stage) -> list[Figure]:
    """Mirror a big server into an empty database of the demo's cluster, then change it."""
    size = big_server.Size(
        int(os.environ.get("BENCH_ACCOUNTS", ACCOUNTS)), int(os.environ.get("BENCH_TRADES", TRADES))
    )
    app, owner = _database(stage)
    with _short_folder() as folder, _server(folder, size) as (agent_url, metatrader):
        told = stage.run("-m", "tests.bench.mirror.loading", agent_url, owner, env=app)
        compared = stage.run("-m", "tests.bench.mirror.comparing", env=app)
        waits = lags(app, metatrader)
    return [*_load_figures(told, size), *_compare_figures(compared), _lag_figure(waits)]


def _database(stage: Stage) -> tuple[dict[str, str], str]:
    """An empty database: the environment of the application, and the owner's address."""
    owner = stage.database_url("mt4bo_owner", "bench")
    app = stage.environment(stage.database_url("mt4bo_app", "bench"))
    app["MT4_AGENT_KEYS"] = f"bench={KEY_ID}:{KEY.hex()}"
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=app | {"DATABASE_URL": owner})
    return app, owner


@contextmanager
def _short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # sockets: 107 bytes
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _server(folder: Path, size: big_server.Size) -> Iterator[tuple[str, Process]]:
    """A big MetaTrader with its agent: the agent's address, and the server."""
    big_server.make(folder, size)
    with (
        running(folder, *big_server.QUIET) as metatrader,
        an_agent_process(agent_environment(folder, folder / "mt4")) as (address, _),
    ):
        yield address.url, metatrader


def _load_figures(told: dict[str, Any], size: big_server.Size) -> list[Figure]:
    rows = told["rows"]
    parts = ", ".join(f"{name} {told.get(name, 0):.1f} s" for name in ("wire", "decoding", "copy"))
    return [
        Figure(
            name="mirror load",
            unit="rows/s",
            ours=rows / told["seconds"],
            bare=rows / told["bare_seconds"],
            goal=LEAST_RATIO,
            more_is_better=True,
            note=f"{size.accounts:,} accounts, {size.tickets:,} tickets in {told['seconds']:.1f} s"
            f" ({parts}, side by side); bare: binary COPY of the same rows with their indexes",
        ),
        Figure(
            name="mirror load, memory",
            unit="MiB",
            ours=told["peak_mib"],
            bare=MOST_MIB,
            goal=1,
            note="peak of the worker; bare: what it may take",
        ),
    ]


def _compare_figures(told: dict[str, Any]) -> list[Figure]:
    return [
        Figure(
            name="mt4_verify",
            unit="s",
            ours=told["seconds"],
            bare=MOST_SECONDS_A_MILLION * told["tickets"] / 1_000_000,
            goal=1,
            note=f"{told['accounts']:,} accounts, {told['tickets']:,} tickets, 0 differences;"
            " bare: 60 s a million tickets",
        ),
        Figure(
            name="mt4_verify, memory",
            unit="MiB",
            ours=told["peak_mib"],
            bare=MOST_COMPARING_MIB,
            goal=1,
            note="peak of the process; bare: what it may take",
        ),
    ]


def _lag_figure(waits: list[float]) -> Figure:
    return Figure(
        name="change to row, 99 %",
        unit="ms",
        ours=percentile(waits, 99),
        bare=MOST_LAG_MS,
        goal=1,
        note=f"2,000 changed trades a second (median {percentile(waits, 50):.0f} ms); bare: 1 s",
    )

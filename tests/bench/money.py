"""Withdrawals a second, beside a bare loop of the same commits, flushes and round trips."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

from backoffice.demo.children import spawn, stop, wait_until
from backoffice.demo.processes import listens
from tests.bench.figures import Figure
from tests.bench.stage import Stage
from tests.cluster import ROOT
from tests.journeys.running import free_port

GOAL = 0.5
#: The MetaTrader of each side: nobody trades there, and no price moves.
WORLD = (
    "--clients=100", "--accounts=120", "--days=1", "--seed=7", "--hold-prices", "--no-terminals",
)  # fmt: skip


def measure(stage: Stage) -> list[Figure]:
    """Carry withdrawals in an empty database of the demo's cluster, by the demo's own agent."""
    owner = stage.database_url("mt4bo_owner", "money")
    app = stage.environment(stage.database_url("mt4bo_app", "money"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    with ExitStack() as running:
        agent_url, metatrader = own_agent(stage, running)
        told = stage.run(
            "-m", "tests.bench.withdrawals", agent_url, str(metatrader),
            str(stage.folder / "counting"), owner, bare_agent(stage, running), env=app,
        )  # fmt: skip
    return _figures(told)


def own_agent(stage: Stage, running: ExitStack) -> tuple[str, Path]:
    """Start a MetaTrader and our agent beside it, of the same kind as the bare loop's.

    Return where each listens.
    """
    door, port = _metatrader(stage, running, "own"), free_port()
    environment = stage.demo.environment | {
        "MT4_AGENT_LISTEN": f"127.0.0.1:{port}",
        "MT4_AGENT_KEYS": f"demo={stage.demo.secrets['agent_key']}",
        "MT4_AGENT_JOURNAL": str(stage.folder / f"{door.name}-journal"),
        "MT4_AGENT_ENGINE": "simulated",
        "MT4_AGENT_NEW_JOURNAL": "accept",
        "MT4_AGENT_SIMULATOR": str(door),
        "MT4_AGENT_CLOCK_SKEW_MS": "500",
        "MT4_AGENT_CLOCK_ERROR_MS": "1",
        "MT4_AGENT_RECONNECT_SECONDS": "1",
    }
    _start(stage, running, f"{door.name}-agent", ["-m", "trading.gateway.agent"], environment)
    wait_until(_answers(port), seconds=120)
    return f"http://127.0.0.1:{port}", door


def bare_agent(stage: Stage, running: ExitStack) -> str:
    """Start the bare agent and a MetaTrader of its own behind it; return where it listens."""
    door, port = _metatrader(stage, running, "bare"), free_port()
    environment = stage.demo.environment | {"BARE_METATRADER": str(door)}
    command = ["-m", "uvicorn", "--port", str(port), "--log-level", "error",
               "--lifespan", "off", "tests.bench.withdrawals.bare_agent:app"]  # fmt: skip
    _start(stage, running, f"{door.name}-agent", command, environment)
    wait_until(_answers(port), seconds=120)
    return f"http://127.0.0.1:{port}"


def _metatrader(stage: Stage, running: ExitStack, whose: str) -> Path:
    name = f"{whose}-{uuid4().hex[:8]}"
    door = stage.sockets / name
    command = ["-m", "trading.gateway.simulator", "--state", str(stage.folder / name),
               "--socket", str(door), *WORLD]  # fmt: skip
    _start(stage, running, name, command, stage.demo.environment)
    wait_until(door.exists, seconds=120)
    return door


def _start(
    stage: Stage, running: ExitStack, name: str, command: list[str], env: dict[str, str]
) -> None:
    child = spawn([sys.executable, *command], log=stage.folder / f"{name}.log", cwd=ROOT, env=env)
    running.callback(stop, child)


def _answers(port: int) -> Any:
    return lambda: listens("127.0.0.1", port)


def _figures(told: dict[str, Any]) -> list[Figure]:
    note = (
        f"request to debit; each {told['trips']} trips to PostgreSQL, {told['commits']} commits, "
        f"{told['flushes']} flushes of the agent's, {told['redis']} looks at Redis, "
        f"{told['calls']} calls to the agent, {told['asked']} of its to MetaTrader; "
        "bare: as many, counted on the wire, a MetaTrader of the same kind; letters not written"
    )
    together = "a process each, with accounts of its own; MetaTrader and agent are shared"
    reading = "bare: the same ways, and PostgreSQL answers our own reading statements"
    replayed = (
        "bare: the same commits, by our own statements, reading and writing, said again by libpq "
        "into a copy of the database, with values made beforehand; "
        f"{told['replayed']} withdrawals are really booked there"
    )
    many = f"withdrawals, {told['crews']} at once"
    return [
        _figure("withdrawals, end to end", told, "ours", "bare", note),
        _figure("withdrawals, beside our own reads", told, "ours", "reading", reading),
        _figure("withdrawals, our statements replayed", told, "ours", "replay", replayed),
        _figure(many, told, "crews_ours", "crews_bare", together, count="crews_count"),
    ]


def _figure(
    name: str, told: dict[str, Any], ours: str, bare: str, note: str, *, count: str = "count"
) -> Figure:
    return Figure(
        name=name,
        unit="/s",
        ours=told[count] / told[ours],
        bare=told[count] / told[bare],
        goal=GOAL,
        more_is_better=True,
        note=note,
    )

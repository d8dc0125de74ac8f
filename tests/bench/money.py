"""Withdrawals a second, beside a bare loop of as many statements, commits, calls and flushes."""

import sys

from backoffice.demo.children import spawn, stop, wait_until
from backoffice.demo.processes import listens
from tests.bench.figures import Figure
from tests.bench.stage import Stage
from tests.cluster import ROOT
from tests.journeys.running import free_port


def measure(stage: Stage) -> list[Figure]:
    """Carry withdrawals in an empty database of the demo's cluster, by the demo's own agent."""
    owner = stage.database_url("mt4bo_owner", "money")
    app = stage.environment(stage.database_url("mt4bo_app", "money"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    port = free_port()
    server = spawn(
        [sys.executable, "-m", "uvicorn", "--port", str(port), "--log-level", "error",
         "--lifespan", "off", "tests.bench.bare_agent:app"],
        log=stage.folder / "bare-agent.log", cwd=ROOT, env=stage.demo.environment,
    )  # fmt: skip
    try:
        wait_until(lambda: listens("127.0.0.1", port), seconds=20)
        told = stage.run(
            "-m", "tests.bench.withdrawals", stage.demo.secrets["told_agent"],
            str(stage.folder / str(stage.demo.port) / "agent" / "journal"), owner,
            f"http://127.0.0.1:{port}", env=app,
        )  # fmt: skip
    finally:
        stop(server)
    note = (
        f"request to debit; each {told['statements']} statements, {told['commits']} commits, "
        f"{told['calls']} calls to the agent; bare: as many by raw psycopg and httpx"
    )
    return [
        Figure(
            name="withdrawals, end to end",
            unit="/s",
            ours=told["count"] / told["ours"],
            bare=told["count"] / told["bare"],
            goal=0.5,
            more_is_better=True,
            note=note,
        ),
        Figure(
            name=f"withdrawals, {told['crews']} at once",
            unit="/s",
            ours=told["crews_count"] / told["crews_ours"],
            bare=told["crews_count"] / told["crews_bare"],
            goal=0.5,
            more_is_better=True,
            note="a process each, with accounts of its own; MetaTrader and agent are shared",
        ),
    ]

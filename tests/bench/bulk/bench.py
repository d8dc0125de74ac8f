"""Lines of a bulk file a second, beside a bare loop; paused and resumed within."""

from contextlib import ExitStack
from typing import Any

from tests.bench import money
from tests.bench.figures import Figure
from tests.bench.stage import Stage


def measure(stage: Stage) -> list[Figure]:
    """Carry a file out in an empty database of the demo's cluster, by the demo's own agent."""
    owner = stage.database_url("mt4bo_owner", "bulk")
    app = stage.environment(stage.database_url("mt4bo_app", "bulk"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    with ExitStack() as running:
        agent_url, metatrader = money.own_agent(stage, running)
        told = stage.run(
            "-m", "tests.bench.bulk", agent_url, str(metatrader),
            str(stage.folder / "counting-bulk"), owner, money.bare_agent(stage, running), env=app,
        )  # fmt: skip
    note = (
        f"a file of {told['count']:,}, each line looked at, sent, read back and booked; each "
        f"{told['trips']} trips to PostgreSQL, {told['commits']} commits, {told['calls']} calls to "
        "the agent; bare: as many, counted on the wire"
    )
    reading = "bare: the same ways, and PostgreSQL answers our own reading statements"
    replayed = (
        "bare: the same commits, by our own statements, reading and writing, said again by libpq "
        f"into a copy of the database; {told['replayed']} lines are really booked there"
    )
    return [
        _rate("lines of a bulk file", told, "bare", note),
        _rate("lines, beside our own reads", told, "reading", reading),
        _rate("lines, our statements replayed", told, "replay", replayed),
        Figure(
            name="bulk file, paused and resumed", unit="lines", ours=told["booked"],
            bare=told["count"], goal=1.0, more_is_better=True,
            note=f"stood still after half of it; booked once each, in {told['ours']:,.0f} s; "
            "bare: lines in the file",
        ),
    ]  # fmt: skip


def _rate(name: str, told: dict[str, Any], bare: str, note: str) -> Figure:
    return Figure(
        name=name,
        unit="/s",
        ours=told["count"] / told["ours"],
        bare=told["bare_count"] / told[bare],
        goal=money.GOAL,
        more_is_better=True,
        note=note,
    )

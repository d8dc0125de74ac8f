"""Lines of a bulk file a second, beside a bare loop; paused and resumed within."""

from contextlib import ExitStack

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
        told = stage.run(
            "-m", "tests.bench.bulk", stage.demo.secrets["told_agent"],
            str(stage.sockets / "metatrader"), str(stage.folder / "counting-bulk"), owner,
            money.bare_agent(stage, running), env=app,
        )  # fmt: skip
    note = (
        f"a file of {told['count']} lines, each checked, approved, sent, read back and booked; "
        f"paused and resumed once; {told['trips']} trips to PostgreSQL and {told['commits']} "
        "commits a line; bare: as many"
    )
    return [
        Figure(
            name="lines of a bulk file",
            unit="/s",
            ours=told["count"] / told["ours"],
            bare=told["bare_count"] / told["bare"],
            goal=money.GOAL,
            more_is_better=True,
            note=note,
        )
    ]

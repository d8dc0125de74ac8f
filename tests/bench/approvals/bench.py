"""Votes a second on the two-person engine, beside an insert and an update without any guard."""

from tests.bench.figures import Figure
from tests.bench.stage import Stage


def measure(stage: Stage) -> list[Figure]:
    """Vote in an empty database of the demo's cluster."""
    owner = stage.database_url("mt4bo_owner", "approvals")
    app = stage.environment(stage.database_url("mt4bo_app", "approvals"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    told = stage.run("-m", "tests.bench.approvals.votes", owner, env=app)
    return [
        Figure(
            name="votes that grant an approval",
            unit="/s",
            ours=told["count"] / told["ours"],
            bare=told["count"] / told["bare"],
            goal=0.25,
            more_is_better=True,
            note="a commit each; bare: an insert and an update by raw psycopg, nothing checked",
        )
    ]

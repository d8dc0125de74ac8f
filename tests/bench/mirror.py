"""The mirror's first load: MetaTrader → agent → wire → PostgreSQL, beside a bare COPY."""

from tests.bench.figures import Figure
from tests.bench.stage import Stage


def measure(stage: Stage) -> list[Figure]:
    """Mirror the demo's server once more, into an empty database of the same cluster."""
    owner = stage.database_url("mt4bo_owner", "bench")
    app = stage.environment(stage.database_url("mt4bo_app", "bench"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    told = stage.run(
        "-m", "tests.bench.mirror_load", stage.demo.secrets["told_agent"], owner, env=app
    )
    rows = told["rows"]
    return [
        Figure(
            name="mirror load",
            unit="rows/s",
            ours=rows / told["seconds"],
            bare=rows / told["bare_seconds"],
            goal=0.05,
            more_is_better=True,
            note=f"{rows:,} rows over the wire; bare: COPY of the same rows with their indexes",
        )
    ]

"""The end of a day of 100,000 clean operations: reconciled in a minute, beside a bare join."""

from tests.bench.figures import Figure
from tests.bench.stage import Stage

PROMISED_SECONDS = 60


def measure(stage: Stage) -> list[Figure]:
    """Measure in an empty database of the demo's cluster."""
    owner = stage.database_url("mt4bo_owner", "reconcile")
    app = stage.environment(stage.database_url("mt4bo_app", "reconcile"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    address = stage.database_url("postgres", "reconcile")
    told = stage.run("-m", "tests.bench.reconcile.day", address, env=app)
    if told["differing"] or told["records"] != told["booked"]:
        raise RuntimeError(f"a clean day is not clean: {told}")
    return [
        Figure(
            name="end of day reconciled", unit="s", ours=told["seconds"], bare=told["bare"],
            goal=PROMISED_SECONDS / told["bare"],
            note=f"{told['records']:,} operations on {told['accounts']:,} accounts, 0 false, "
            f"{told['own_seconds']:.1f} s of our own work; goal 60 s; bare: the same rows joined",
        )
    ]  # fmt: skip

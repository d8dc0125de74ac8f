"""The approval queue over a million payments: server time of its pages, beside the promise."""

import os

from tests.bench.figures import Figure
from tests.bench.stage import Stage

PROMISED_MS = 150
PAYMENTS = "1000000"


def measure(stage: Stage) -> list[Figure]:
    """Measure in an empty database of the demo's cluster; BENCH_PAYMENTS gives another number."""
    owner = stage.database_url("mt4bo_owner", "queue")
    app = stage.environment(stage.database_url("mt4bo_app", "queue"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    count = os.environ.get("BENCH_PAYMENTS") or PAYMENTS
    address = stage.database_url("postgres", "queue")
    told = stage.run("-m", "tests.bench.queue.million", address, count, env=app)
    return [
        Figure(
            name=f"queue of payments: {name}", unit="ms", ours=took["p95"], bare=PROMISED_MS,
            goal=1.0,
            note=f"p95 of the server's time, median {took['p50']:.0f} ms, "
            f"{told['payments']:,} payments; bare: what is promised",
        )
        for name, took in told["pages"].items()
    ]  # fmt: skip

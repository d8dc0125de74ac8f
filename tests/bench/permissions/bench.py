"""Queries and time of an agent's pages: 100,000 clients, 500 staff, 10,000 grants beside a few."""

from tests.bench.figures import Figure
from tests.bench.stage import Stage

SLOWER = 5.0  # so many times slower, and no more, among a thousand times as many clients


def measure(stage: Stage) -> list[Figure]:
    """Measure in an empty database of the demo's cluster."""
    owner = stage.database_url("mt4bo_owner", "rights")
    app = stage.environment(stage.database_url("mt4bo_app", "rights"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    told = stage.run("-m", "tests.bench.permissions.asking", env=app)
    figures = []
    for name, (few, many) in told["pages"].items():
        figures += [
            Figure(
                name=f"{name}, queries", unit="", ours=many["queries"], bare=few["queries"],
                goal=1.0, note=f"{told['large']}; bare: {told['small']}",
            ),
            Figure(
                name=f"{name}, median", unit="ms", ours=many["ms"], bare=few["ms"], goal=SLOWER,
                note="in process; bare: the small house",
            ),
        ]  # fmt: skip
    return figures

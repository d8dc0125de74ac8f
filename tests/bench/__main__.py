"""`make bench [ONLY=name]`: one row a figure, and bench-results.json in the checkout."""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench import board, live, money, pages, revocation
from tests.bench.api import measuring as api
from tests.bench.approvals import bench as approvals
from tests.bench.audit import bench as audit
from tests.bench.bulk import bench as bulk
from tests.bench.figures import HEADING, Bench, Figure
from tests.bench.mirror import bench as mirror
from tests.bench.permissions import bench as permissions
from tests.bench.queue import bench as queue
from tests.bench.reconcile import bench as reconcile
from tests.bench.stage import Stage
from tests.cluster import ROOT

BENCHES: dict[str, Bench] = {
    "mirror": mirror.measure,
    "board": board.measure,
    "live": live.measure,
    "pages": pages.measure,
    "money": money.measure,
    "bulk": bulk.measure,
    "approvals": approvals.measure,
    "api": api.measure,
    "audit": audit.measure,
    "permissions": permissions.measure,
    "revocation": revocation.measure,
    "reconcile": reconcile.measure,
    "queue": queue.measure,
}


def say(line: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Measure what was asked for; 1 when a goal was missed."""
    only = os.environ.get("ONLY", "")
    wanted = {name: bench for name, bench in BENCHES.items() if only in ("", name)}
    if not wanted:
        say(f"There is no bench {only!r}; there are {', '.join(BENCHES)}.")
        return 2
    figures: list[Figure] = []
    say("  Starting a demo to measure …")
    with tempfile.TemporaryDirectory(prefix="mt4bo-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user walks through it
        stage = Stage(Path(folder))
        try:
            say(HEADING)
            for bench in wanted.values():
                for figure in bench(stage):
                    say(str(figure))
                    figures.append(figure)
        finally:
            stage.close()
    rows = [figure.row() for figure in figures]
    (ROOT / "bench-results.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0  # a bench measures; a goal that is not met is a row that says so


if __name__ == "__main__":
    sys.exit(main())

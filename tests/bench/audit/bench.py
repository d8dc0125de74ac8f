"""Acts told, entries numbered, proofs made and checked, each beside the bare limit."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from backoffice.audit.calc import verify_bundle
from tests.backoffice.audit.bundles import LOG, ORIGIN, WITNESS
from tests.bench.audit.big_bundle import write
from tests.bench.figures import Figure
from tests.bench.stage import Stage

MILLION = 1_000_000


def measure(stage: Stage) -> list[Figure]:
    """Measure in an empty database of the demo's cluster, and offline."""
    owner = stage.database_url("mt4bo_owner", "audit")
    app = stage.environment(stage.database_url("mt4bo_app", "audit"))
    superuser = stage.database_url("postgres", "postgres")
    stage.run("manage.py", "provision_database", "--superuser-url", superuser, env=app)
    stage.run("manage.py", "migrate", "--no-input", env=stage.environment(owner))
    sequencer = stage.database_url("mt4bo_sequencer", "audit")
    told = stage.run("-m", "tests.bench.audit.acts", sequencer, env=app)
    return [*_online(told), _offline(stage.folder)]


def _online(told: dict[str, Any]) -> list[Figure]:
    return [
        Figure(
            name="act told, p95", unit="ms", ours=told["act_p95"], bare=told["bare_p95"],
            goal=1 + 3 / told["bare_p95"], note=f"{told['rate']} acts/s: one row changed, with an "
            f"event and an entry; bare: the row alone; {told['act_p95'] - told['bare_p95']:.2f} ms "
            f"more (goal 3), median {told['act_p50'] - told['bare_p50']:.2f} ms more",
        ),
        Figure(
            name="merge delay, p99", unit="ms", ours=told["merge_p99"], bare=2000, goal=1.0,
            note="from the commit to the numbered leaf; bare: the promised 2 s",
        ),
        Figure(
            name="entries numbered", unit="/s", ours=told["numbered"], bare=told["inserted"],
            goal=0.2, more_is_better=True, note="bare: INSERT … SELECT of as many hashes",
        ),
        Figure(
            name="inclusion proof made", unit="ms", ours=told["proof_ms"], bare=told["ask_ms"],
            goal=10 / told["ask_ms"],
            note=f"{told['proof_hashes']} hashes of {told['size']:,}; goal 10 ms; bare: SELECT 1",
        ),
    ]  # fmt: skip


def _offline(folder: Path) -> Figure:
    bundle = folder / "million"
    write(bundle, MILLION, log=LOG, witness=WITNESS, origin=ORIGIN)
    began = time.perf_counter()
    command = [sys.executable, "-I", "-S", verify_bundle.__file__, str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    began = time.perf_counter()
    with (bundle / "entries.jsonl").open("rb") as entries:
        for line in entries:
            hashlib.sha256(line).digest()
    bare = time.perf_counter() - began
    return Figure(
        name="a million entries verified", unit="s", ours=took, bare=bare, goal=30 / bare,
        note="one process, standard library, goal 30 s; bare: SHA-256 of each line",
    )  # fmt: skip

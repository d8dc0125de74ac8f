"""`make prove ONLY=approvals`: random interleavings of votes and breaches on a real PostgreSQL.

prove-results/approvals-SEED.jsonl keeps one line a batch; the counts are of all of them.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cluster import APP, OWNER, ROOT, Cluster, Database, run_folder
from tests.prove.approvals import ground, oracle
from tests.prove.approvals.hands import Hands

SESSIONS = 4
BATCH = 40
WANTED = 100_000
GUARDS = (
    ("approvals_approvalrequest", "moves"),
    ("approvals_approvalvote", "cast_by_another"),
)
Say = Callable[[str], None]


class Door:
    """The sessions of one database, and its counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.connect(OWNER) as owner:
            ground.prepare(owner)
        self.app = database.connect(APP)
        self.sessions = [database.connect(APP) for _ in range(SESSIONS)]

    def batch(self, name: str, count: int) -> tuple[list[str], dict[str, dict[str, int]]]:
        """Run so many requests through random hands; return violations, and counts by kind."""
        chance = random.Random(name)
        staff = ground.people(self.app, name.replace(" ", "-"))
        asked = ground.requests(self.app, staff, chance, count)
        seen = Hands(staff, asked, chance).run(self.sessions)
        counts = {"tried": dict(seen.tried), "refused": dict(seen.refused)}
        return oracle.violations(self.app, staff, asked, seen), counts

    def unguard(self) -> None:
        """Take the guard away: the positive control."""
        with self._database.connect(OWNER) as owner:
            for table, trigger in GUARDS:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")

    def close(self) -> None:
        """Close every session."""
        for one in (self.app, *self.sessions):
            one.close()


def read(journal: Path) -> list[dict[str, Any]]:
    """What was proved before; a half-written last line does not count."""
    batches = []
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            batches.append(json.loads(line))
        except ValueError:
            break
    return batches


def prove(minutes: float, seed: int, say: Say) -> int:
    """Let batches happen for so many minutes; 1 when four eyes were broken."""
    journal = ROOT / "prove-results" / f"approvals-{seed}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    batches = read(journal)
    say(f"  Approvals, seed {seed}: {len(batches)} batches are proved, {minutes:g} min more")
    cluster = _started()
    try:
        door = Door(cluster.create("prove"))
        end = time.monotonic() + 60 * minutes
        while time.monotonic() < end and sum(one["count"] for one in batches) < WANTED:
            name = f"{seed} {len(batches)}"
            wrong, counts = door.batch(name, BATCH)
            if wrong:
                say(f"  NOT PROVED, seed {seed}, batch {len(batches) + 1}: {'; '.join(wrong[:5])}")
                return 1
            batches.append({"count": BATCH, **counts})
            with journal.open("a") as out:
                out.write(json.dumps(batches[-1]) + "\n")
        door.unguard()
        found = [words for number in range(3) for words in door.batch(f"c {number}", BATCH)[0]]
        door.close()
    finally:
        cluster.stop()
    _report(batches, found, say)
    return 0 if found else 1


def _report(batches: list[dict[str, Any]], found: list[str], say: Say) -> None:
    tried, refused = Counter[str](), Counter[str]()
    for one in batches:
        tried.update(one["tried"])
        refused.update(one["refused"])
    total = sum(one["count"] for one in batches)
    for name, count in sorted(tried.items()):
        say(f"  {name:10}{count:>10,} tried {refused[name]:>10,} refused")
    say(f"  {total:,} of {WANTED:,} interleavings, 0 violations")
    say(f"  positive control, without the guard: {len(found)} violations in {3 * BATCH} requests")


def _started() -> Cluster:
    """Start PostgreSQL and migrate a template in it, as a test run does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.test")
    import django  # settings name the run's folder when they are loaded

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    cluster = Cluster(run_folder())
    cluster.make()
    cluster.start()
    place = {"NAME": cluster.template.name, "HOST": str(cluster.postgres.sockets), "USER": OWNER}
    connections.settings["default"].update(place | {"PORT": "", "PASSWORD": ""})
    call_command("migrate", verbosity=0, interactive=False)
    connections["default"].close()
    return cluster

"""`make prove [ONLY=name] [MINUTES=5] [SEED=1]`: goes on where the last run with this seed ended.

Each proof has its share of the minutes and a journal in prove-results/, a line for what is proved.
"""

import os
import sys
from collections.abc import Callable

from tests.prove import audit, pages, servers
from tests.prove.approvals import run as approvals
from tests.prove.books import run as books
from tests.prove.day import run as day
from tests.prove.deviations import run as deviations
from tests.prove.matrix import run as matrix
from tests.prove.model import run as model
from tests.prove.money import drills
from tests.prove.money import run as money

Say = Callable[[str], None]
PROOFS: dict[str, Callable[[float, int, Say], int]] = {
    "money": money.prove,
    "drills": drills.prove,
    "pages": pages.prove,
    "servers": servers.prove,
    "day": day.prove,
    "audit": audit.prove,
    "approvals": approvals.prove,
    "model": model.prove,
    "matrix": matrix.prove,
    "deviations": deviations.prove,
    "books": books.prove,
}


def say(line: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Prove what was asked for; 1 when something was not so."""
    minutes, seed = float(os.environ.get("MINUTES") or 5), int(os.environ.get("SEED") or 1)
    only = os.environ.get("ONLY", "")
    wanted = [proof for name, proof in PROOFS.items() if only in ("", name)]
    if not wanted:
        say(f"There is no proof {only!r}; there are {', '.join(PROOFS)}.")
        return 2
    return max(proof(minutes / len(wanted), seed, say) for proof in wanted)


if __name__ == "__main__":
    sys.exit(main())

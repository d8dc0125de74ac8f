"""Which tests run on one worker, one after the other: those that share what is dear to make.

They are told by where they stand and not by `xdist_group`, which pytest-xdist 3.8 writes into the
name of a test, where pytest 9.2 reads it no more: without a word every worker then made its own.
"""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
#: By path; the first that a test's name begins with counts.
TOGETHER = {
    "tests/journeys/test_demo.py": "starts",  # demos of their own, started and stopped
    "tests/journeys/": "journeys",  # one running demo
    "tests/architecture/test_tidy.py": "laws",  # the source, read once
    "tests/architecture/test_templates.py": "laws",
    "tests/architecture/test_gettext.py": "laws",
}


def group_of(name: str) -> str:
    """Whom a test goes with, by its name; itself when it may run anywhere."""
    return next((group for path, group in TOGETHER.items() if name.startswith(path)), name)


class Together(LoadScopeScheduling):
    """Hands out groups whole, the largest first, and every other test by itself."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

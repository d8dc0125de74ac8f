"""The migrated cluster, kept between runs: the same migrations make the same one.

pytest's cache holds the folder of one cluster as it stood right after its migrations, named by the
digest of all that they read. A run without that cache, or after a change, migrates for itself.
Demos under test start from a copy of it too (`given`), but for those whose test is the first start.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from backoffice.demo.__main__ import schema_stamp
from backoffice.demo.postgres import reachable
from tests.cluster import ROOT, TEMPLATE

HOME = ROOT / ".pytest_cache" / "d" / "cluster"  # where pytest's cache puts it
PACKAGES = ("backoffice", "crm", "trading", "accounts")
#: What migrations are, and what they and their signals (permissions) read.
FOLDERS = frozenset({"migrations", "models"})
FILES = frozenset({"states.py", "terms.py", "permissions.py", "amounts.py"})


def digest() -> str:
    """Return the digest of everything that a migrated cluster comes from."""
    found = hashlib.sha256((ROOT / "requirements.txt").read_bytes() + TEMPLATE.encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix == ".sql" or (path.suffix == ".py" and _is_read(path)):
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _is_read(path: Path) -> bool:
    return path.name in FILES or bool(FOLDERS & set(path.parts))


def given(place: Path) -> bool:
    """Give a demo that has not started yet its tables, as an earlier run's migrations left them.

    `place` is the demo's folder, named by its port. False when nothing is kept: it migrates itself.
    """
    kept = HOME / digest()
    if not kept.exists():
        return False
    place.mkdir(mode=0o755)
    if not reachable(place) or not _copied(kept, place / "postgres"):
        shutil.rmtree(place)  # another folder is needed, or another run keeps its own just now
        return False
    (place / "schema").write_text(schema_stamp())
    owner = place.parent.stat()
    if owner.st_uid != os.geteuid():  # somebody else is going to run it
        for path in (place, place / "schema"):
            os.chown(path, owner.st_uid, owner.st_gid)
    return True


class Kept:
    """Where pytest's cache keeps the folder of a cluster; nowhere when there is no cache."""

    def __init__(self, config: pytest.Config) -> None:
        cache = getattr(config, "cache", None)
        self._place: Path | None = cache.mkdir("cluster") / digest() if cache is not None else None

    def restore(self, data: Path) -> bool:
        """Copy the kept cluster to this folder; False when none of this digest is kept."""
        if self._place is None or not self._place.exists():
            return False
        if _copied(self._place, data):
            return True
        shutil.rmtree(data, ignore_errors=True)  # somebody kept another one meanwhile
        return False

    def keep(self, data: Path) -> None:
        """Keep the folder of a stopped cluster instead of what is kept."""
        if self._place is None:
            return
        for old in self._place.parent.iterdir():
            shutil.rmtree(old, ignore_errors=True)
        half = self._place.with_name(f"half-{os.getpid()}")
        if _copied(data, half) and not self._place.exists():
            half.rename(self._place)
        shutil.rmtree(half, ignore_errors=True)


def _copied(source: Path, target: Path) -> bool:
    # cp keeps the owner: as root the server runs as somebody else.
    return (
        subprocess.run(["cp", "-a", source, target], capture_output=True, check=False).returncode
        == 0
    )

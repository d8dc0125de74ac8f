"""The locks pin every package by its hashes and name no place to fetch it from."""

import json
import re
from pathlib import Path

import pytest

from tests.cluster import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))
WISHES = sorted(ROOT.glob("requirements*.in"))
PINNED = re.compile(r"[A-Za-z0-9_.-]+(?:\[[a-z0-9,-]+\])?==[^ ;]+(?: ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PLACE = re.compile(
    r"://|^\s*(?:-i|-f|--index|--extra-index|--find-links|--trusted-host)| @ ", re.MULTILINE
)


def test_there_are_locks_for_app_agent_and_development() -> None:
    names = {path.name for path in LOCKS}
    assert names >= {"requirements.txt", "requirements-agent.txt", "requirements-dev.txt"}
    assert {path.stem for path in LOCKS} == {path.stem for path in WISHES}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_with_its_hashes(lock: Path) -> None:
    text = re.sub(r"^\s*#.*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        first, *hashes = (line.strip() for line in entry.replace(" \\\n", "\n").splitlines())
        assert PINNED.fullmatch(first), first
        assert hashes, f"{first} has no hash"
        assert all(HASH.fullmatch(line) for line in hashes), first


@pytest.mark.parametrize("path", [*LOCKS, *WISHES], ids=lambda path: path.name)
def test_no_file_names_a_place(path: Path) -> None:
    found = PLACE.search(path.read_text("utf-8"))
    assert found is None, f"{path.name} names a place: {found}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_everything_wished_for_is_locked(lock: Path) -> None:
    wishes = lock.with_suffix(".in").read_text("utf-8")
    locked = {name(line) for line in lock.read_text("utf-8").splitlines() if "==" in line}
    for line in wishes.splitlines():
        line = line.partition("#")[0].strip()
        if line and not line.startswith("-"):
            assert name(line) in locked, f"{lock.name} lacks {line}"


def test_what_is_tested_is_what_runs() -> None:
    """Development has the packages of the product, in the same versions."""
    app, dev = (
        {
            line.split(" \\")[0]
            for line in (ROOT / lock).read_text("utf-8").splitlines()
            if "==" in line
        }
        for lock in ("requirements.txt", "requirements-dev.txt")
    )
    assert app
    assert not app - dev


def name(line: str) -> str:
    """The plain name of a requirement."""
    return re.split(r"[\[=<>!~ ;]", line.strip(), maxsplit=1)[0].lower().replace("_", "-")


def test_the_script_lock_holds_no_addresses() -> None:
    """npm locks keep the checksum and leave the place out (omit-lockfile-registry-resolved)."""
    for path in ROOT.glob("package-lock.json"):
        packages = json.loads(path.read_text("utf-8"))["packages"]
        for name, package in packages.items():
            assert not str(package.get("resolved", "")).startswith("http"), name
            assert not name or package.get("link") or package.get("integrity"), name

"""The import contracts hold, and each of them catches the violation that it is there for."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster import ROOT

LAW = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, str] = {contract["id"]: contract["name"] for contract in LAW["contracts"]}
BROKEN = re.compile(r"^(.*) BROKEN(?: \[.*\])?$", re.MULTILINE)
KEPT = re.compile(r"^(.*) KEPT(?: \[.*\])?$", re.MULTILINE)


@dataclass(frozen=True)
class Plant:
    """One forbidden line, in a module that exists or in one of its own."""

    path: str
    line: str


#: For each contract the import that it, and no other, forbids.
PLANTS: dict[str, Plant] = {
    "stack": Plant("crm/queries/planted.py", "import trading.terms"),
    "house": Plant("backoffice/planted/__init__.py", ""),
    "floors": Plant("crm/queries/planted.py", "import crm.actions"),
    "rooms": Plant("trading/actions/planted.py", "import crm.models"),
    "doors": Plant("crm/pages/planted.py", "import crm.models"),
    "pure": Plant("crm/states.py", "import django"),
    "wire-alone": Plant("trading/gateway/port.py", "import backoffice.core.words"),
    "gateway": Plant("trading/gateway/seal.py", "import trading.gateway.registry"),
    "agent": Plant("trading/gateway/agent/gate.py", "import trading.gateway.agent.app"),
    "agent-process": Plant("trading/gateway/registry.py", "import trading.gateway.agent.config"),
    "mt4-speaker": Plant("trading/queries/planted.py", "import trading.gateway.port"),
    "ledger-writer": Plant("accounts/queries/planted.py", "import accounts.ledger.book"),
    "psp-speaker": Plant("accounts/queries/planted.py", "import accounts.providers.port"),
    "celery": Plant("crm/queries/planted.py", "import celery"),
    "outside": Plant("crm/queries/planted.py", "import httpx"),
}


@dataclass(frozen=True)
class Verdict:
    """What the linter said of every contract."""

    kept: set[str]
    broken: set[str]
    output: str


def lint(root: Path) -> Verdict:
    """Check the contracts of a tree, as `make check` does."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*command, "--no-logo", "--no-cache", "--config", "pyproject.toml"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    ids = {name: contract for contract, name in CONTRACTS.items()}
    kept = {ids[name] for name in KEPT.findall(done.stdout)}
    broken = {ids[name] for name in BROKEN.findall(done.stdout)}
    assert (done.returncode == 0) == (not broken), done.stdout + done.stderr
    return Verdict(kept, broken, done.stdout + done.stderr)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of everything that the contracts speak of."""
    for package in LAW["root_packages"]:
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    verdict = lint(ROOT)
    assert verdict.broken == set(), verdict.output
    assert verdict.kept == set(CONTRACTS), verdict.output


def test_every_contract_has_its_violation() -> None:
    assert list(PLANTS) == list(CONTRACTS)


def test_contracts_have_names_of_their_own() -> None:
    assert len(set(CONTRACTS.values())) == len(CONTRACTS) == len(LAW["contracts"])


@pytest.mark.parametrize("contract", PLANTS)
def test_a_violation_is_caught_by_the_contract_meant_for_it(copy: Path, contract: str) -> None:
    plant = PLANTS[contract]
    path = copy / plant.path
    path.parent.mkdir(exist_ok=True)
    (path.parent / "__init__.py").touch()
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{plant.line}\n")
    verdict = lint(copy)
    assert verdict.broken == {contract}, verdict.output
    assert verdict.kept == set(CONTRACTS) - {contract}

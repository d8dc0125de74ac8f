"""Agent and simulated MetaTrader start on a machine that has neither Django nor the house."""

import json
import re
import signal
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.cluster import ROOT
from tests.factories.agents import agent_environment, start_python, wait_until

#: Runs a module where only the standard library, `trading` and the named packages can be imported.
FENCED = """
import json, runpy, sys
allowed, module = set(json.loads(sys.argv[1])), sys.argv[2]
allowed |= sys.stdlib_module_names | {"trading"}
class Fence:
    def find_spec(self, name, path=None, target=None):
        if not name.startswith("_sysconfigdata") and name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"{name} is not on this machine", name=name)
sys.meta_path.insert(0, Fence())
sys.argv = [module, *sys.argv[3:]]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
LOCKED = re.compile(r"^([a-z0-9_.-]+)==", re.MULTILINE)


def allowed() -> list[str]:
    """The importable names of what the agent's lock installs."""
    lock = (ROOT / "requirements-agent.txt").read_text("utf-8")
    locked = {name.replace("_", "-") for name in LOCKED.findall(lock)}
    return [
        module
        for module, names in packages_distributions().items()
        if {name.lower().replace("_", "-") for name in names} & locked
    ]


def fenced(module: str, *line: str) -> list[str]:
    """The command line of a module behind the fence."""
    return ["-c", FENCED, json.dumps(allowed()), module, *line]


def end(process: subprocess.Popen[str]) -> None:
    """End a process as a supervisor does."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)


@pytest.mark.processes
def test_both_start_without_django(tmp_path: Path) -> None:
    socket, journal = tmp_path / "mt4", tmp_path / "agent"
    environment = agent_environment(journal, socket)
    place = ["--state", str(tmp_path / "state"), "--socket", str(socket)]
    world = ["--seed", "1", "--accounts", "2", "--days", "2"]
    simulator = start_python(
        *fenced("trading.gateway.simulator", *place, *world), environment=environment
    )
    agent = start_python(*fenced("trading.gateway.agent"), environment=environment)
    try:
        assert agent.stdout is not None
        assert "listens on" in agent.stdout.readline()
        wait_until(lambda: socket.exists() or simulator.poll() is not None, seconds=60)
        assert simulator.poll() is None, simulator.communicate()
    finally:
        for process in (agent, simulator):
            if process.poll() is None:
                end(process)


@pytest.mark.parametrize("module", ["trading.apps", "backoffice.core.words"])
def test_the_fence_holds(module: str) -> None:
    """The positive control: what needs Django or the house does not start behind the fence."""
    line = fenced(module)
    done = subprocess.run(
        [sys.executable, *line], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "is not on this machine" in done.stderr

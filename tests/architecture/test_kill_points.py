"""The table of kill points names functions that there are, and stays out of the product."""

import functools
import importlib
import os
import subprocess
import sys

import pytest

from tests.cluster import ROOT
from tests.prove.money.armed.kill_points import POINTS
from tests.prove.money.killing import ARMED, DATABASE_POINTS, PROCESSES, points_of


@pytest.mark.parametrize("name", POINTS)
def test_every_point_is_at_a_function(name: str) -> None:
    point = POINTS[name]
    assert point.process in PROCESSES
    module = importlib.import_module(point.module)
    assert callable(functools.reduce(getattr, point.function.split("."), module))


def test_every_process_has_points() -> None:
    assert set(DATABASE_POINTS) <= set(POINTS)
    for process in ("web", "worker", "feed", "agent", "metatrader", "postgresql"):
        assert points_of(process)


def test_the_hook_is_inert_without_its_switch(tmp_path: object) -> None:
    """The same program, with the hook on its path: wrapped with the switch, untouched without."""
    program = (
        "from trading.gateway.agent.gate import Gate, Passing;"
        "print(hasattr(Passing.send, '__wrapped__'), Gate.check.__name__)"
    )
    path = os.pathsep.join((str(ARMED), str(ROOT)))
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "MT4BO_KILL_POINTS": folder},
        ).stdout.split()
        for folder in ("", str(tmp_path))
    ]  # fmt: skip
    assert told == [["False", "check"], ["True", "perhaps"]]

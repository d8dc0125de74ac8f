"""The model of the protocol in short: nothing wrong in it, and guards that it cannot do without."""

import importlib

import pytest

from tests.prove.model.exploring import explore
from tests.prove.model.state import GUARDS, Bounds, Guard

ALONE = Bounds(attempts=1, senders=1, crashes=1, twins=1, losses=0)
LOST = Bounds(attempts=1, senders=1, crashes=0, twins=1, losses=1)
#: Mutants that die within a few hundred states; `make prove ONLY=model` kills every one.
SOON = {
    "journal": ALONE,
    "row lock": Bounds(attempts=2, senders=1, crashes=0, twins=0, losses=0),
    "unknown": ALONE,
    "intent first": ALONE,
    "lost journal": LOST,
}


def test_nothing_is_doubled_lost_or_stuck() -> None:
    found = explore(ALONE)

    assert (found.wrong, found.stuck) == ("", 0)
    assert found.states > 1000


@pytest.mark.parametrize("name", SOON)
def test_without_its_guard_it_goes_wrong(name: str) -> None:
    found = explore(SOON[name], without=[name])

    assert found.wrong.startswith(("doubled", "lost", "ABANDONED was begun again")), found
    assert len(found.way) > 3


@pytest.mark.parametrize("guard", GUARDS, ids=lambda one: one.name)
def test_every_guard_stands_in_the_product(guard: Guard) -> None:
    module, _, path = guard.where.partition(":")
    found = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    assert callable(found)

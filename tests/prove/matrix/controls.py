"""Positive controls: with something taken away the matrix sees a double, a loss, what is stuck.

And it sees where two states are called the same and are not. They come first, in every run.
"""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from tests.prove.matrix import world as worlds
from tests.prove.matrix.exploring import ONCE, Explorer
from tests.prove.matrix.faults import FAULTS, Fault, answering
from tests.prove.matrix.lived.lives import DEBIT
from tests.prove.matrix.oracle import kind_of
from trading.actions import looking_up
from trading.gateway.agent import gate
from trading.gateway.agent.engine import Reply
from trading.terms import Done

NOT_SEEN = "NOT SEEN"
#: No MetaTrader does that; without a guard it would be believed.
YES_AND_NOTHING = Fault("control", "a yes, and nothing booked", answering(0, books=False))


def gate_open(folder: Path) -> str:
    """Deliver a command twice to an agent without a gate: the double that is found."""
    with worlds.a_world(folder, gate_open=True) as world:
        return _found(world, _of("delivered twice to the gate"), "doubled")


def nobody_looks_up(folder: Path) -> str:
    """Ask nobody what became of a command whose answer was lost: it is stuck."""

    def still(**told: object) -> None:
        raise looking_up.StillUnknown("nobody looks it up")

    with worlds.a_world(folder) as world, patch.object(looking_up, "look_up", still):
        return _found(world, _of("answer dropped"), "stuck")


def code_is_believed(folder: Path) -> str:
    """Take MetaTrader's yes without reading the record back: what never moved counts as moved."""

    def believed(self: gate.Passing, direct: object, reply: Reply, now: object) -> Done:
        del direct, now
        return Done(ticket=reply.ticket + 1, code=reply.code, login=self.order.login)

    with worlds.a_world(folder) as world, patch.object(gate.Passing, "_read_back", believed):
        return _found(world, YES_AND_NOTHING, "lost")


def called_the_same(folder: Path) -> str:
    """Take no change for one: deaths that are died for real leave something else than is said."""
    with worlds.a_world(folder) as world:
        explorer = Explorer(world, real=1.0, is_blind=True, most=12)
        explorer.explore(DEBIT, FAULTS[0], ONCE)
        return next(iter(explorer.wrong.values()), NOT_SEEN).partition("\n")[0]


CONTROLS: dict[str, Callable[[Path], str]] = {
    "the agent's gate open": gate_open,
    "nobody looks up what was not answered": nobody_looks_up,
    "a yes is believed and nothing read back": code_is_believed,
    "no change is taken for one": called_the_same,
}


def _of(name: str) -> Fault:
    return next(one for one in FAULTS if one.name == name)


def _found(world: worlds.World, fault: Fault, kind: str) -> str:
    """Live one withdrawal under a fault; what the oracle says, if it is of that kind."""
    with worlds.undone():
        try:
            worlds.Course(world, DEBIT, fault).live()
        except worlds.NotProved as found:
            return str(found) if kind_of(str(found)) == kind else NOT_SEEN
    return NOT_SEEN

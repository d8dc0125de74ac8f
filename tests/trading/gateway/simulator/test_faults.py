"""Which calls a fault strikes, and that nobody sets one on a server started without them."""

from decimal import Decimal

import pytest

from trading.gateway.faults import Fault, Faults, Mode
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.front.faults import FaultDoor, name_of
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.protocol import Code, No


def struck(fault: Fault, calls: int, verb: str = "transaction:83") -> list[int]:
    """Which of so many calls are struck, by number from 0."""
    faults = Faults()
    faults.set(fault)
    return [at for at in range(calls) if fault.mode in faults.strike(verb)]


def test_count_and_after_choose_the_calls() -> None:
    assert struck(Fault(mode=Mode.RECONNECT), 5) == [0]
    assert struck(Fault(mode=Mode.RECONNECT, after=2, count=2), 6) == [2, 3]
    assert struck(Fault(mode=Mode.RECONNECT, count=0), 4) == [0, 1, 2, 3]


def test_the_same_seed_strikes_the_same_calls() -> None:
    fault = Fault(mode=Mode.WRONG_CODE, count=0, probability=Decimal("0.3"), seed=4)
    first = struck(fault, 1000)
    assert first == struck(fault, 1000)
    assert 250 < len(first) < 350
    assert first != struck(Fault(mode=fault.mode, count=0, probability=Decimal("0.3")), 1000)
    assert struck(Fault(mode=fault.mode, probability=Decimal(0), count=0), 100) == []


@pytest.mark.parametrize(
    ("wanted", "verb", "hit"),
    [
        ("*", "margin", True),
        ("transaction:*", "transaction:76", True),
        ("transaction:83", "transaction:76", False),
        ("trades", "open_trades", False),
    ],
)
def test_a_fault_is_bound_to_verbs(wanted: str, verb: str, hit: bool) -> None:
    assert bool(struck(Fault(mode=Mode.ANSWER_DROPPED, verb=wanted), 1, verb)) is hit


def test_several_faults_befall_one_call_and_are_cleared_together() -> None:
    faults = Faults()
    faults.set(Fault(mode=Mode.ANSWER_DELAYED, delay_ms=5))
    faults.set(Fault(mode=Mode.FOREIGN_OPERATION, count=0))
    assert set(faults.strike("x")) == {Mode.ANSWER_DELAYED, Mode.FOREIGN_OPERATION}
    assert set(faults.strike("x")) == {Mode.FOREIGN_OPERATION}
    assert [times for _, times in faults.struck()] == [1, 2]
    faults.clear()
    assert faults.strike("x") == {}


def test_transactions_are_named_by_their_type() -> None:
    assert name_of({"verb": "transaction", "args": {"type": 83}}) == "transaction:83"
    assert name_of({"verb": "margin", "args": None}) == "margin"


def test_nothing_of_it_is_there_without_the_switch(desk: Desk) -> None:
    door = FaultDoor(desk, Pump(desk.hours), None)
    assert set(door.verbs) == {"set_fault", "faults", "clear_faults", "stop_pumping"}
    for run in door.verbs.values():
        with pytest.raises(No) as refused:
            run(Arguments({"mode": "F-01"}))
        assert refused.value.code is Code.NOT_ENOUGH_RIGHTS

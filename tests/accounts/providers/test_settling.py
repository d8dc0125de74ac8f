"""The simulated provider settles what it did, and can be made to settle it wrongly."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from accounts.calc.settlement import reading
from accounts.calc.settlement.forms import Form
from accounts.calc.settlement.statement import Settlement
from accounts.providers.simulator import settling
from accounts.providers.simulator.clerk import Clerk
from accounts.providers.simulator.faults import Faults
from accounts.providers.simulator.store import Store
from accounts.terms.settlement import LineKind


def a_payment(clerk: Clerk, units: int = 10_000) -> str:
    """A client pays; the reference of it."""
    told = {"key": str(uuid4()), "amount_minor": units, "currency": "USD"}
    charge = clerk.open(told | {"callback_url": "", "return_url": "", "description": ""})
    return clerk.pay(str(charge["charge"]), card="visa", holder="Ana").reference


def settled(clerk: Clerk, **faults: int) -> Settlement:
    """The settlement that a merchant downloads."""
    return reading.read(settling.settlement(clerk.store, "USD", Faults(**faults)), Form())


def test_it_adds_up_is_told_again_and_a_reserve_rolls(tmp_path: Path) -> None:
    clerk = Clerk(Store(tmp_path / "p.sqlite"), "http://127.0.0.1:9")
    assert settling.settlement(clerk.store, "USD", Faults()) == b""
    paid = a_payment(clerk)
    first = settled(clerk)
    (capture, fee, payout) = first.lines
    assert (capture.reference, capture.fee, capture.reserve) == (
        paid, Decimal("1.45"), Decimal("5.00"),
    )  # fmt: skip
    assert (fee.kind, payout.kind, first.net) == (LineKind.FEE, LineKind.PAYOUT, 0)
    assert settled(clerk) == first
    for _ in range(2):
        a_payment(clerk)
        latest = settled(clerk)
    released = [one for one in latest.lines if one.kind == LineKind.RESERVE_RELEASED]
    assert [one.amount for one in released] == [Decimal("5.00")]
    assert latest.since < latest.until


def test_its_faults_are_in_the_lines_and_not_in_the_sums(tmp_path: Path) -> None:
    clerk = Clerk(Store(tmp_path / "p.sqlite"), "http://127.0.0.1:9")
    paid = [a_payment(clerk) for _ in range(4)]
    found = settled(clerk, settle_missing=1, settle_wrong=-50, settle_double=1, settle_unknown=1)
    names = [one.reference for one in found.lines if one.kind == LineKind.CAPTURE]
    missing = next(one for one in paid if one not in names)
    assert (len(names), len(set(names))) == (5, 4)
    assert found.lines[0].amount == Decimal("99.50")
    assert settled(clerk).lines[0].reference == missing

"""Whoever imports, binds or takes back dies at any step: all of it stands, or nothing does."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.actions.bank import freeing, importing, steps
from accounts.actions.deposits import arriving
from accounts.actions.deposits import steps as deposit_steps
from accounts.calc.bank import writing
from accounts.ledger import book
from accounts.models import BankFile, BankRow, BankStatement, BankUse, Entry
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from backoffice.core import outbox
from tests.accounts.actions.bank.test_binding import bind, cleared, free
from tests.accounts.actions.deposits.test_crashes import dying, survived
from tests.factories.incoming.bank import Bank, a_row, books_agree, expected, reference_of, take
from tests.factories.incoming.deposits import balanced, now_of
from tests.factories.incoming.deposits import standing as on_ledger
from tests.factories.payments import Till, work_done

pytestmark = pytest.mark.django_db
SIDES = ("before", "after")
IMPORTS = (
    (importing, "keep_file"),
    (importing, "judge_file"),
    (steps, "post_row"),
    (book, "post"),
    (BankFile, "save"),
    (BankStatement, "save"),
    (BankRow, "save"),
    (outbox, "emit"),
)
BINDS = (
    (BankUse, "save"),
    (steps, "assign"),
    (book, "post"),
    (arriving, "take_notice"),
    (deposit_steps, "post"),
    (deposit_steps, "emit"),
    (steps, "emit"),
)
FREES = (
    (freeing, "_unbind"),
    (book, "reverse"),
    (deposit_steps, "move"),
    (steps, "take_back"),
    (BankUse, "save"),
    (steps, "emit"),
)


def counted() -> tuple[int, int, int]:
    """What stands: entries, rows, uses."""
    return Entry.objects.count(), BankRow.objects.count(), BankUse.objects.count()


def died_whole(act: Callable[[], Any], before: tuple[int, int, int]) -> bool:
    """Let an act die; return whether nothing of it stands."""
    return survived(act) is None and counted() == before


def test_an_import_stands_whole_or_not_at_all(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    for nth, (place, name) in enumerate(IMPORTS * 2):
        body = writing.camt(bank.statement(a_row("10.00"), a_row("-4.00")))
        before = counted()
        with dying(monkeypatch, place, name, SIDES[nth // len(IMPORTS)]) as died:
            survived(lambda body=body: take(bank.account, body))  # type: ignore[misc]
        assert died, name
        assert counted() in (before, (before[0] + entries(before), before[1] + 2, before[2])), name
        work_done()  # what was kept is judged
        take(bank.account, body)  # and whoever was not answered hands it in again
        assert counted()[1] == before[1] + 2, name
        assert (books_agree(), balanced()) == (True, True), name
    assert on_ledger(LedgerKind.SUSPENSE) == Decimal(6 * 2 * len(IMPORTS))


def entries(before: tuple[int, int, int]) -> int:
    """How many entries a statement makes: two rows, and the first one the opening too."""
    return 3 if before[0] == 0 else 2


def test_a_binding_stands_whole_or_not_at_all(
    bank: Bank, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth, (place, name) in enumerate(BINDS * 2):
        wire = expected(till)
        (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
        before = counted()
        with dying(monkeypatch, place, name, SIDES[nth // len(BINDS)]) as died:
            assert died_whole(lambda row=row, wire=wire: bind(row, wire, till.cashier), before)  # type: ignore[misc]
        assert died, name
        assert now_of(wire).state == State.PENDING
        bind(row, wire, till.cashier)
        assert (now_of(wire).state, cleared(), balanced()) == (State.RECEIVED, True, True), name
    assert on_ledger(LedgerKind.IN_TRANSIT) == Decimal(200 * 2 * len(BINDS))


def test_taking_back_stands_whole_or_not_at_all(
    bank: Bank, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth, (place, name) in enumerate(FREES * 2):
        wire = expected(till)
        (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
        bind(row, wire, till.cashier)
        before = counted()
        with dying(monkeypatch, place, name, SIDES[nth // len(FREES)]) as died:
            assert died_whole(lambda row=row: free(row, till.cashier), before)  # type: ignore[misc]
        assert died, name
        assert now_of(wire).state == State.RECEIVED
        free(row, till.cashier)
        assert now_of(wire).state == State.CANCELLED
    assert on_ledger(LedgerKind.SUSPENSE) == Decimal(200 * 2 * len(FREES))
    assert (on_ledger(LedgerKind.IN_TRANSIT), books_agree(), balanced()) == (0, True, True)

"""The books begin at a stated moment, tell their past, and meet MetaTrader all the while."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.actions import opening, results
from accounts.calc import past
from accounts.ledger import proof
from accounts.models import AccountBooks, BookedTicket, PastMovement, Posting, ResultDay
from accounts.queries.opening import previews
from accounts.states import Booked, LedgerKind, PastKind
from backoffice.company.actions import policies
from backoffice.core import clock, records
from tests.factories.market import NOON, a_balance_record, a_closed_trade
from tests.factories.payments import SYSTEM, Till, write
from tests.factories.people import SETUP
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
LOGIN = 7
ZERO = Decimal(0)


def of_kind(kind: LedgerKind) -> Decimal:
    """What stands on the house's accounts of a kind: positive where money came to clients."""
    rows = Posting.objects.filter(account__kind=kind, phase="posted")
    return rows.aggregate(total=Sum("amount", default=ZERO))["total"]


def a_life(till: Till) -> None:
    """Years of movements and results beside the 990.00 in and 10.00 earned of the till."""
    day = timedelta(days=1)
    moments = [NOON - 40 * day, NOON - 30 * day, NOON - 20 * day, NOON - 10 * day]
    told = [("500", "Deposit"), ("-200", "Withdrawal"), ("25", "Bonus promo"), ("75", "Wire")]
    for at, (moment, (amount, comment)) in enumerate(zip(moments, told, strict=True)):
        wall = moment.replace(tzinfo=None)
        write(
            till.account,
            a_balance_record(
                800 + at, LOGIN, amount, comment=comment, opened_at=moment,
                opened_server_time=wall, closed_at=moment, closed_server_time=wall,
            ),
        )  # fmt: skip
    write(till.account, a_closed_trade(810, LOGIN, NOON - 25 * day, profit=Decimal(-60)))
    write(till.account, a_closed_trade(811, LOGIN, NOON - 5 * day, profit=Decimal("33.33")))
    moved = Decimal(500) - 200 + 25 + 75 - 60 + Decimal("33.33")
    TradingAccount.objects.filter(pk=till.account.pk).update(balance=Decimal(1000) + moved)


def begin(till: Till, day: date) -> None:
    """State the day on which the entity's books begin."""
    policies.set_policy(
        code="books-begin",
        value={"day": day.isoformat()},
        valid_from=NOON - timedelta(days=400),
        reason="start",
        legal_entity_id=till.client.legal_entity_id,
        actor=SETUP,
        now=NOON,
    )


def run(till: Till) -> int:
    return opening.import_past(account_id=till.account.pk, actor=SYSTEM, now=clock.now())


def test_the_past_is_told_and_the_client_s_side_does_not_move(till: Till) -> None:
    a_life(till)
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    before = till.posted()
    assert of_kind(LedgerKind.OPENING) == before
    assert run(till) == 5
    assert till.posted() == before == TradingAccount.objects.get(pk=till.account.pk).balance
    # 990 + 500 + 75 in, 200 out, by clients; the bonus and all results stay in the opening.
    assert of_kind(LedgerKind.EXTERNAL) == Decimal(1365)
    assert of_kind(LedgerKind.OPENING) == before - Decimal(1365)
    kinds = dict(PastMovement.objects.values_list("ticket", "kind"))
    assert kinds == {
        70: PastKind.DEPOSIT, 800: PastKind.DEPOSIT, 801: PastKind.WITHDRAWAL,
        802: PastKind.ADJUSTMENT, 803: PastKind.DEPOSIT,
    }  # fmt: skip
    assert till.agrees()


def test_again_and_again_without_effect(till: Till) -> None:
    a_life(till)
    assert [run(till) for _ in range(3)] == [5, 0, 0]
    told = [one.name for one in records.for_subject("account", till.account.pk)]
    assert told.count("accounts.books.past_imported") == 1
    assert proof.findings() == []
    assert till.agrees()


def test_books_that_begin_on_a_stated_day_hold_what_was_before_it(till: Till) -> None:
    """What moved since is posted as it happened, to the cent and by its day."""
    a_life(till)
    day = (NOON - timedelta(days=22)).date()
    begin(till, day)
    run(till)
    books = AccountBooks.objects.get(pk=till.account.pk)
    assert books.first_day == day
    held = set(BookedTicket.objects.filter(kind=Booked.OPENING).values_list("ticket", flat=True))
    assert held == {800, 801}
    since = set(BookedTicket.objects.filter(kind=Booked.EXTERNAL).values_list("ticket", flat=True))
    assert since == {70, 802, 803}
    assert ResultDay.objects.get(books=books, day=day).included == Decimal(-60)
    # The opening held 500 - 200 - 60; its deposits and withdrawals were told afterwards.
    assert of_kind(LedgerKind.OPENING) == Decimal(-60)
    assert of_kind(LedgerKind.TRADING_RESULT) == Decimal("43.33")
    assert till.posted() == TradingAccount.objects.get(pk=till.account.pk).balance
    assert till.agrees()


def test_a_day_to_come_is_not_in_force(till: Till) -> None:
    begin(till, (clock.now() + timedelta(days=3)).date())
    run(till)
    assert till.posted() == Decimal(1000)
    assert till.agrees()


def test_what_we_paid_ourselves_is_never_past(till: Till) -> None:
    payment = till.ask()
    assert payment.reservation is not None
    assert run(till) == 1
    assert run(till) == 0
    assert till.agrees()


def test_the_preview_writes_nothing_and_tells_the_sums(till: Till) -> None:
    a_life(till)
    [shown] = previews([till.account.pk], now=clock.now())
    assert not AccountBooks.objects.exists()
    assert (shown.accounts, shown.unopened, shown.imported) == (1, 1, 0)
    assert shown.opening == Decimal("1373.33")
    assert shown.moved[PastKind.DEPOSIT] == (3, Decimal(1565))
    assert shown.moved[PastKind.WITHDRAWAL] == (1, Decimal(-200))
    run(till)
    [left] = previews([till.account.pk], now=clock.now())
    assert (left.unopened, left.opening, left.moved, left.imported) == (0, ZERO, {}, 5)


def test_the_command_shows_first(till: Till, capsys: Any) -> None:
    a_life(till)
    call_command("open_books")
    assert "USD: 1 accounts, 1 to open with 1373.33" in capsys.readouterr().out
    assert not AccountBooks.objects.exists()
    call_command("open_books", apply=True)
    assert "imported 5 movements; 0 accounts were busy" in capsys.readouterr().out
    assert till.agrees()


@pytest.mark.parametrize(
    ("amount", "comment", "kind"),
    [
        ("10", "Deposit", PastKind.DEPOSIT),
        ("-10", "", PastKind.WITHDRAWAL),
        ("10", "IB commission", PastKind.ADJUSTMENT),
        ("-10", "Transfer to 1002", PastKind.ADJUSTMENT),
        ("10", "Bibliotheque", PastKind.DEPOSIT),
    ],
)
def test_a_comment_tells_whose_money_it_was(amount: str, comment: str, kind: PastKind) -> None:
    assert past.kind_of(Decimal(amount), comment, is_credit=False) is kind
    assert past.kind_of(Decimal(amount), comment, is_credit=True) is PastKind.CREDIT

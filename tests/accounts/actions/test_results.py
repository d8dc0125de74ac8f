"""The books follow MetaTrader to the cent: results by server day, foreign money, what differs."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import reconciliation, results
from accounts.ledger import proof
from accounts.models import Discrepancy, Entry, ResultDay
from accounts.states import Gap
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.factories.market import a_balance_record, a_closed_trade
from tests.factories.money import a_login
from tests.factories.payments import FAR, SYSTEM, Till, write
from trading.calc.marking import marker
from trading.models import BalanceRecord, TradingAccount

pytestmark = pytest.mark.django_db
LOGIN = 7


def post(till: Till) -> None:
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=clock.now())


def trade(till: Till, ticket: int, profit: str, *, days: int = 0, **parts: str) -> None:
    """A trade closes in MetaTrader: in its records and in its balance."""
    closed = clock.now() + timedelta(days=days)
    values = {name: Decimal(value) for name, value in parts.items()}
    write(till.account, a_closed_trade(ticket, LOGIN, closed, profit=Decimal(profit), **values))
    shift(till, Decimal(profit) + sum(values.values(), Decimal(0)))


def foreign(till: Till, ticket: int, amount: str, comment: str = "manual") -> None:
    """Somebody moves money in MetaTrader directly."""
    write(till.account, a_balance_record(ticket, LOGIN, amount, comment=comment))
    shift(till, Decimal(amount))


def shift(till: Till, amount: Decimal) -> None:
    account = TradingAccount.objects.get(pk=till.account.pk)
    account.balance += amount
    account.save(update_fields=["balance"])


def compare(till: Till) -> set[tuple[str, int]]:
    found = reconciliation.reconcile_account(
        account_id=till.account.pk, actor=SYSTEM, now=clock.now()
    )
    return {(row.gap, row.ticket) for row in found}


def names() -> list[str]:
    rows = EventRecord.objects.filter(name__startswith="accounts.").order_by("id")
    return [row.name.partition(".")[2] for row in rows]


def test_books_begin_with_what_metatrader_shows(till: Till) -> None:
    post(till)

    assert till.posted() == Decimal("1000.00")
    assert till.agrees()
    assert names() == ["books.opened"]


def test_results_are_posted_by_day_and_once(till: Till) -> None:
    post(till)
    trade(till, 901, "10.00", commission="-0.70", swap="-1.15", taxes="-0.05")
    trade(till, 902, "-33.33")
    trade(till, 903, "5.00", days=1)
    assert till.audit().gap == 0

    for _ in range(3):
        post(till)

    assert till.posted() == Decimal("1000.00") + Decimal("8.10") - Decimal("33.33") + 5
    assert Entry.objects.filter(purpose="trading_result").count() == 2
    assert till.agrees()


def test_a_catch_up_within_the_day_posts_the_rest(till: Till) -> None:
    post(till)
    trade(till, 901, "10.00")
    post(till)
    trade(till, 902, "-4.00")
    post(till)

    day = ResultDay.objects.exclude(entries=0).get()
    assert (day.entries, day.posted) == (2, Decimal("6.00"))
    assert till.agrees()


def test_history_that_becomes_known_late_is_posted_on_the_first_day(till: Till) -> None:
    post(till)
    trade(till, 901, "7.00", days=-40)
    post(till)

    assert till.posted() == Decimal("1007.00")
    assert till.agrees()


def test_foreign_money_is_taken_over_with_an_alert(till: Till) -> None:
    post(till)
    foreign(till, 905, "-20.00")
    post(till)
    post(till)

    assert till.posted() == Decimal("980.00")
    assert names() == ["books.opened", "books.foreign_money"]
    assert till.agrees()


def test_a_loss_may_take_more_than_is_free(till: Till) -> None:
    till.ask("900.00")
    trade(till, 901, "-500.00")
    post(till)

    assert till.available() == Decimal("-400.00")
    assert till.agrees()


def test_books_are_kept_for_clients_only(till: Till) -> None:
    with pytest.raises(results.NobodysAccount):
        results.open_books(account_id=a_login(8).pk, actor=SYSTEM, now=clock.now())


def test_a_clean_account_has_no_findings(till: Till) -> None:
    assert compare(till) == set()
    trade(till, 901, "10.00")
    foreign(till, 905, "5.00")
    assert compare(till) == set()


def test_each_kind_of_difference_is_found(till: Till) -> None:
    post(till)
    BalanceRecord.objects.filter(account=till.account).update(amount=Decimal("991.00"))
    foreign(till, 906, "3.00", comment="BO:00000000000000000000AA")
    BalanceRecord.objects.filter(ticket=906).update(recorded_at=clock.now() - FAR)

    foreign(till, 907, "4.00", comment=marker.marker_of(uuid4()))

    found = compare(till)

    assert found == {
        (Gap.AMOUNT, 70),
        (Gap.DAMAGED_MARKER, 906),
        (Gap.MISSING_IN_LEDGER, 907),
        (Gap.BALANCE, 0),
    }


def test_a_gap_of_the_balance_is_told_when_it_stays_and_when_it_goes(till: Till) -> None:
    post(till)
    shift(till, Decimal("-1.00"))
    assert compare(till) == {(Gap.BALANCE, 0)}
    compare(till)
    assert "discrepancy.found" not in names()  # no whole pass over the server since
    till.see()
    compare(till)
    shift(till, Decimal("1.00"))
    assert compare(till) == set()

    assert names()[-2:] == ["discrepancy.found", "discrepancy.gone"]
    row = Discrepancy.objects.get()
    assert (row.expected, row.found, row.sightings) == (Decimal(1000), Decimal(999), 3)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["trade", "foreign", "post"]),
        st.decimals(min_value=-500, max_value=500, places=2, allow_nan=False),
        st.integers(min_value=-3, max_value=3),
    ),
    max_size=12,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=MOVES)
def test_whatever_happens_the_books_meet_metatrader(till: Till, moves: list[tuple]) -> None:
    first = 1000 + Entry.objects.count() * 100 + BalanceRecord.objects.count() * 10_000
    post(till)
    for number, (kind, amount, days) in enumerate(moves, start=first):
        if kind == "trade":
            trade(till, number, str(amount), days=days)
        elif kind == "foreign" and amount:
            foreign(till, number, str(amount))
        else:
            post(till)
        assert till.audit().gap == 0
    post(till)

    account = TradingAccount.objects.get(pk=till.account.pk)
    assert till.posted() == account.balance
    assert proof.findings() == []

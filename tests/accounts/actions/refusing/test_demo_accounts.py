"""On a demo account money is made up: none moves, by whichever way, and each says so."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions import execution, results
from accounts.actions.adjusting import asking
from accounts.actions.deposits import starting
from accounts.actions.transfers import requesting
from accounts.models import AccountBooks, Deposit, Payment, Transfer
from accounts.queries.reconciling import differences
from accounts.queries.transfers import moved
from accounts.states import Withdrawal
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.core import clock
from backoffice.core.errors import Rejected
from tests.factories.incoming.deposits import a_card
from tests.factories.payments import SYSTEM, Till, a_till
from trading.models import Group, Server

pytestmark = pytest.mark.django_db
SAYS = "is a demo: its money is made up"


@pytest.fixture
def till(db: None) -> Till:
    """A client with 1,000.00 USD, and the staff around."""
    return a_till()


def by_server(till: Till) -> None:
    Server.objects.filter(pk=till.account.server_id).update(kind="demo")


def by_group(till: Till) -> None:
    Group.objects.filter(pk=till.account.group_id).update(name="DemoForex-USD")


def ask(till: Till) -> None:
    till.ask()


def pay_in(till: Till) -> None:
    method = a_card(till)
    request = starting.Request(
        key=uuid4(), account_id=till.account.pk, amount=Decimal("50.00"), method_id=method.pk
    )
    starting.start_deposit(request=request, actor=till.asker.actor, now=clock.now())


def move(till: Till) -> None:
    place = requesting.Place
    request = requesting.Request(
        key=uuid4(), client_id=till.client.pk, source=place(account_id=till.account.pk),
        target=place(wallet="USD"), amount=Decimal("50.00"),
    )  # fmt: skip
    requesting.request_transfer(request=request, actor=SYSTEM, now=clock.now())


def correct(till: Till) -> None:
    wish = asking.Wish(
        key=uuid4(), kind=AdjustmentKind.CORRECTION, account_id=till.account.pk,
        cause=Cause.MISTAKE, reason="a slip", amount=Decimal("5.00"),
    )  # fmt: skip
    asking.ask_adjustment(wish=wish, actor=SYSTEM, now=clock.now())


def keep_books(till: Till) -> None:
    results.open_books(account_id=till.account.pk, actor=SYSTEM, now=clock.now())


@pytest.mark.parametrize("act", [ask, pay_in, move, correct, keep_books])
@pytest.mark.parametrize("made_a_demo", [by_server, by_group])
def test_no_money_moves(
    till: Till, act: Callable[[Till], Any], made_a_demo: Callable[[Till], None]
) -> None:
    made_a_demo(till)

    with pytest.raises(Rejected, match=SAYS):
        act(till)

    for model in (Payment, Deposit, Transfer, AccountBooks):
        assert not model.objects.exists()


def test_it_is_no_client_s_money_on_any_page(till: Till) -> None:
    assert [one.deposits for one in moved.moved_of(till.client.pk)] == [Decimal("990.00")]
    assert differences.accounts_to_compare() == [till.account.pk]

    by_group(till)

    assert moved.moved_of(till.client.pk) == []
    assert differences.accounts_to_compare() == []


def test_an_account_that_became_a_demo_since_is_not_debited(till: Till) -> None:
    """Its group was changed in MetaTrader after the approval."""
    payment = till.approved()
    by_group(till)

    execution.execute_withdrawal(
        payment_id=payment.pk, actor=SYSTEM, now=clock.now() + timedelta(seconds=1)
    )

    payment.refresh_from_db()
    assert (payment.state, SAYS in payment.refused_because) == (Withdrawal.REFUSED, True)
    assert till.available() == Decimal("1000.00")

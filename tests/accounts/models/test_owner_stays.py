"""The database keeps an account with its client while money is under way."""

from typing import Any

import pytest

from accounts.actions import withdrawals
from accounts.queries import books
from backoffice.core import clock
from tests.factories.payments import Till, a_till
from tests.factories.people import SETUP, a_client
from trading.actions import trading_accounts
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def till() -> Till:
    return a_till()


def taken_back(till: Till) -> None:
    """Ask for a withdrawal, and take it back."""
    withdrawals.cancel_withdrawal(
        payment_id=till.ask().pk, reason="by phone", actor=till.asker.actor, now=clock.now()
    )


def told(till: Till) -> dict[str, Any]:
    return {"account_id": till.account.pk, "actor": SETUP, "now": clock.now()}


def owner(till: Till) -> int | None:
    return TradingAccount.objects.get(pk=till.account.pk).client_id


def test_an_open_payment_keeps_the_owner(till: Till) -> None:
    till.ask()
    with pytest.raises(trading_accounts.MoneyUnderWay, match="open"):
        trading_accounts.unbind_account(reason="mixed up", **told(till))
    assert owner(till) == till.client.pk


def test_what_is_over_keeps_nobody(till: Till) -> None:
    taken_back(till)
    trading_accounts.unbind_account(reason="mixed up", **told(till))
    assert owner(till) is None


def test_books_stay_with_their_legal_entity(till: Till) -> None:
    """A client of another entity cannot get an account whose books are this one's."""
    taken_back(till)
    assert books.books_of(till.account.pk) is not None
    trading_accounts.unbind_account(reason="mixed up", **told(till))
    with pytest.raises(trading_accounts.MoneyUnderWay, match="another legal entity"):
        trading_accounts.bind_account(client_id=a_client("Else").pk, **told(till))
    same = a_client("Same", entity=till.client.legal_entity)
    trading_accounts.bind_account(client_id=same.pk, **told(till))
    assert owner(till) == same.pk

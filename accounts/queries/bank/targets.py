"""Where a row's money can go: a trading account by its login; what a client is told to pay to."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.calc.bank import reference
from accounts.models import BankAccount, Deposit
from accounts.terms import BANK_WIRE
from accounts.terms import Deposit as State
from backoffice.core.errors import Rejected
from trading.queries import trading_accounts

AWAITED = (State.STARTED, State.PARKED, State.PENDING)


class NoSuchAccount(Rejected):
    """No trading account in reach has this login, or several have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What a client is told to pay to; the reference as it is printed, in groups of four."""

    account: BankAccount
    reference: str


def account_of_login(user: Any, login: str) -> int:
    """Return the trading account of this login, of those in reach; NoSuchAccount otherwise."""
    found = list(trading_accounts.list_accounts_for(user).filter(login=int(login))[:2])
    if len(found) != 1:
        sentence = _("Login %(login)s names no trading account that you can see, or several.")
        raise NoSuchAccount(sentence % {"login": login})
    return int(found[0].pk)


def instructions_for(deposit: Deposit) -> Instructions | None:
    """Return what the client of a wire that is awaited is told; None for any other deposit."""
    if deposit.method.provider != BANK_WIRE or deposit.state not in AWAITED:
        return None
    account = BankAccount.objects.filter(method=deposit.method_id).first()
    if account is None:
        return None
    written = reference.written(reference.DEPOSIT, deposit.pk)
    return Instructions(account=account, reference=reference.spaced(written))

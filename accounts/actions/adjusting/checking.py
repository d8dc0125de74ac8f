"""What stands against an adjustment at the moment it is carried out, with the books caught up."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.ledger import balances
from accounts.models import Adjustment, wording
from accounts.queries.adjusting import targets
from accounts.queries.books import Stand
from accounts.terms.adjustments import AdjustmentKind
from backoffice.core.errors import Rejected
from trading.queries.money import AccountMoney


class BadRequest(Rejected):
    """Something that was asked for cannot be; the sentence says what."""


def needs_cover(adjustment: Adjustment) -> bool:
    """Say whether the client's free funds have to cover it.

    A reversal and a chargeback may leave the account below zero, and the page says so before.
    """
    return adjustment.kind == AdjustmentKind.CORRECTION and adjustment.amount < 0


def require_possible(adjustment: Adjustment, stand: Stand, *, now: datetime) -> None:
    """Raise BadRequest with the reason in words unless it can be booked now."""
    account = stand.market.money
    if account.client_id != adjustment.client_id:
        raise BadRequest(_("The account is another client's by now."))
    require_takes(account)
    if adjustment.ends_at is not None and adjustment.ends_at <= now:
        raise BadRequest(_("The credit would have ended by now."))
    if adjustment.kind == AdjustmentKind.CREDIT_OUT:
        taken = -adjustment.amount
        there = takeable(stand)
        if taken > there:
            told = {"there": wording.money(there, adjustment.currency)}
            raise BadRequest(_("The account has %(there)s of credit that can be taken.") % told)
    if adjustment.kind == AdjustmentKind.REVERSAL:
        target = targets.reversible(adjustment.account_id, adjustment.reverses_ticket or 0)
        if target is None or target.amount != -adjustment.amount:
            raise BadRequest(_("What it undoes does not stand any more."))


def require_takes(account: AccountMoney) -> None:
    """Raise BadRequest where nothing can be booked: the money is made up, or the account shut."""
    if account.is_demo:
        raise BadRequest(wording.demo(account.login))
    if not account.is_open:
        raise BadRequest(_("The account is shut in MetaTrader, which books nothing on it."))


def takeable(stand: Stand) -> Decimal:
    """Return how much credit can be taken: no more than MetaTrader has, nor than the books know."""
    going = targets.going_out(stand.books.pk)
    known = balances.of(stand.books.credit).posted
    return max(min(stand.market.mirror.credit, known) - going, Decimal(0))

"""Asking for an adjustment: what exactly, why; and whether it can be at all.

It is looked at here, and once more when everybody agreed (`carrying`).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.adjusting import approving, steps
from accounts.actions.adjusting.checking import BadRequest, require_takes
from accounts.events import AdjustmentAsked
from accounts.models import Adjustment, wording
from accounts.permissions import ASK_ADJUSTMENT
from accounts.queries.adjusting import targets
from accounts.terms.adjustments import BY_RULE, CAUSES, AdjustmentKind, Cause
from backoffice.approvals.actions import executing
from backoffice.core import locks
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict
from backoffice.core.money import is_exact
from backoffice.identity.queries import people
from crm.queries import known
from trading.queries import money
from trading.queries.money import AccountMoney

BEYOND = Decimal(10) ** 13
BUSY_MS = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be moved. `key` comes with the form: sent twice, it asks once.

    `amount` is signed (a credit out is negative), in the account's currency; None for a reversal,
    which books the opposite of `ticket`. `ends_at` is until when a credit is given. `credit_id` is
    the credit in that a credit out takes from, if it is about one; `dispute_id` the lost case.
    """

    key: UUID
    kind: AdjustmentKind
    account_id: int
    cause: Cause
    reason: str
    amount: Decimal | None = None
    ends_at: datetime | None = None
    ticket: int | None = None
    credit_id: int | None = None
    dispute_id: int | None = None


@transaction.atomic
def ask_adjustment(
    *, wish: Wish, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Adjustment:
    """Ask for an adjustment; another person agrees before anything moves.

    Raises BadRequest with the reason in words, NotAllowed, AlreadyReversed; Conflict when the key
    was used for something else. The same key asks once.
    """
    locks.advisory(f"accounts.adjustment.{wish.key}", timeout_ms=BUSY_MS)
    asked = Adjustment.objects.filter(key=wish.key).first()
    if asked is not None:
        return _same(asked, wish)
    account = money.account_money(wish.account_id)
    client_id = account.client_id if account is not None else None
    if client_id is None or not _may_ask(actor, client_id):
        raise steps.NotAllowed(_("You may not do this with this account."))
    return ask_granted(wish=wish, actor=actor, origin=origin, now=now)


def ask_granted(*, wish: Wish, actor: Actor, origin: Origin, now: datetime) -> Adjustment:
    """Ask for somebody whose right to ask was seen: a part of the caller's transaction."""
    chart.lock_money(wish.account_id)
    account = money.account_money(wish.account_id)
    adjustment = write_adjustment(
        wish=wish, approval_id=None, account=account, actor=actor, now=now
    )
    approving.ask(adjustment, actor=actor, origin=origin, now=now)
    if adjustment.approval_id is not None:  # at once, where the policy lets one person act alone
        executing.execute(request_id=adjustment.approval_id, actor=actor, now=now)
        adjustment.refresh_from_db()
    return adjustment


def write_adjustment(
    *,
    wish: Wish,
    approval_id: int | None,
    account: AccountMoney | None,
    actor: Actor,
    now: datetime,
) -> Adjustment:
    """Write an adjustment down and tell of it: a part of the caller's transaction.

    The caller has seen to the right to ask, has locked the account's money and read `account` under
    that lock. `approval_id` names a request that stands for many adjustments; PostgreSQL lets none
    of them be approved by a request that does not name it (`accounts_adjustment_in_batch`,
    migration 0024). Raises BadRequest, AlreadyReversed.
    """
    client = known.get_client(account.client_id) if account and account.client_id else None
    if account is None or client is None:
        raise BadRequest(_("This account belongs to no client."))
    reason = steps.require_reason(wish.reason)
    amount = _amount(wish, account)
    _require_sense(wish, amount, account, now)
    adjustment = Adjustment(
        key=wish.key,
        kind=wish.kind,
        legal_entity_id=client.legal_entity_id,
        client=client,
        account_id=wish.account_id,
        owner_id=client.owner_id,
        desk_id=client.desk_id,
        source=client.source,
        amount=amount,
        currency=account.currency,
        cause=wish.cause,
        reason=reason,
        ends_at=wish.ends_at,
        reverses_ticket=wish.ticket,
        credit_id=wish.credit_id,
        dispute_id=wish.dispute_id,
        approval_id=approval_id,
        requested_by=str(actor),
        requested_at=now,
    )
    steps.add(adjustment)
    event = AdjustmentAsked(
        **steps.told(adjustment),
        kind=str(adjustment.kind),
        cause=str(adjustment.cause),
        reason=reason,
    )
    steps.emit(adjustment, event, actor=actor, now=now)
    return adjustment


def _amount(wish: Wish, account: AccountMoney) -> Decimal:
    """Return the signed amount; BadRequest for one that cannot be booked."""
    if wish.kind is AdjustmentKind.REVERSAL:
        target = targets.reversible(wish.account_id, wish.ticket or 0)
        if target is None:
            sentence = _("There is no record %(ticket)s of this account that can be reversed.")
            raise BadRequest(sentence % {"ticket": wish.ticket or "—"})
        return -target.amount
    amount = wish.amount
    if amount is None or not amount.is_finite() or not 0 < abs(amount) < BEYOND:
        sentence = _("%(amount)s is no amount that can be booked.")
        raise BadRequest(sentence % {"amount": amount})
    if not is_exact(amount, account.currency):
        sentence = _("%(amount)s has more digits than %(currency)s.")
        raise BadRequest(sentence % {"amount": amount, "currency": account.currency})
    return amount


def _require_sense(wish: Wish, amount: Decimal, account: AccountMoney, now: datetime) -> None:
    kind = wish.kind
    is_disputed = (kind is AdjustmentKind.CHARGEBACK) == (wish.dispute_id is not None)
    if wish.cause not in CAUSES[kind] or wish.cause in BY_RULE or not is_disputed:
        raise BadRequest(_("This is no reason for what is asked for."))
    if kind is not AdjustmentKind.CHARGEBACK:
        require_takes(account)
    _require_shape(wish, amount, now)
    if kind is AdjustmentKind.CREDIT_OUT:
        require_credit(wish.account_id, amount, wish.credit_id, account)


def _require_shape(wish: Wish, amount: Decimal, now: datetime) -> None:
    """Raise where the kind, its sign and what it names do not fit each other."""
    kind = wish.kind
    if kind is AdjustmentKind.CREDIT_IN and (wish.ends_at is None or wish.ends_at <= now):
        raise BadRequest(_("A credit is given until a day that is still to come."))
    if kind is not AdjustmentKind.CREDIT_IN and wish.ends_at is not None:
        raise BadRequest(_("Only a credit that is given has an end."))
    if (kind is AdjustmentKind.REVERSAL) != (wish.ticket is not None):
        raise BadRequest(_("A reversal names the record that it undoes, and nothing else does."))
    if kind is AdjustmentKind.CREDIT_IN and amount < 0:
        raise BadRequest(_("A credit that is given is more than nothing."))
    if kind in (AdjustmentKind.CREDIT_OUT, AdjustmentKind.CHARGEBACK) and amount > 0:
        raise BadRequest(_("What is taken is less than nothing."))


def require_credit(
    account_id: int, amount: Decimal, credit_id: int | None, account: AccountMoney
) -> None:
    """Raise BadRequest when a credit out takes more than is there: of the credit, of them all."""
    there = account.credit - targets.going_out(account_id)
    if -amount > there:
        told = {"there": wording.money(max(there, Decimal(0)), account.currency)}
        raise BadRequest(_("The account has %(there)s of credit that can be taken.") % told)
    if credit_id is None:
        return
    credit = Adjustment.objects.filter(
        pk=credit_id, account_id=account_id, kind=AdjustmentKind.CREDIT_IN
    ).first()
    if credit is None:
        raise BadRequest(_("This credit is not the account's."))
    left = targets.left_of(credit)
    if -amount > left:
        told = {"left": wording.money(max(left, Decimal(0)), account.currency)}
        raise BadRequest(_("%(left)s is left of this credit.") % told)


def _same(adjustment: Adjustment, wish: Wish) -> Adjustment:
    said: tuple[Any, ...] = (adjustment.kind, adjustment.account_id, adjustment.reverses_ticket)
    amount = adjustment.amount if wish.ticket is None else None
    if (*said, amount) != (str(wish.kind), wish.account_id, wish.ticket, wish.amount):
        raise Conflict(_("This form was used for something else."))
    return adjustment


def _may_ask(actor: Actor, client_id: int) -> bool:
    if actor.kind == "system":
        return True
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    return user is not None and known.is_in_reach(user, ASK_ADJUSTMENT, client_id)

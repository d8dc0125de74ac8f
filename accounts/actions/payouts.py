"""From MetaTrader's debit to the client's bank: sent by one, confirmed by another; or returned."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, steps
from accounts.actions.ways import from_wallet, paying_out
from accounts.actions.ways.receipts import Receipt
from accounts.calc.method_rules import provider_fee
from accounts.events import (
    PayoutSent,
    ReturnAsked,
    ReturnDropped,
    WithdrawalPaid,
    WithdrawalReturning,
)
from accounts.ledger import book
from accounts.models import LedgerAccount, Payment
from accounts.permissions import CONFIRM_PAYOUT, RETURN_PAYOUT, SEND_PAYOUT
from accounts.queries.ways import in_force as looking
from accounts.states import Direction, LedgerKind, Leg, Withdrawal
from backoffice.core.actors import Actor


@transaction.atomic
def send_payout(
    *,
    payment_id: int,
    bank_reference: str,
    actor: Actor,
    now: datetime,
    receipt: Receipt | None = None,
) -> Payment:
    """Record that it left the house: a wire under the bank's reference, coins under their hash.

    What people hand out has a `receipt`.
    """
    payment = steps.locked(payment_id)
    steps.move(payment, "send")
    steps.require_another(actor, payment.requested_by)
    steps.require_right(actor, SEND_PAYOUT, payment)
    _require_no_return(payment)
    reference = paying_out.shown(payment, bank_reference, receipt, actor=actor, now=now)
    if not reference:
        raise steps.NoReason(_("Write the bank's reference."))
    payment.sent_by, payment.sent_at, payment.bank_reference = str(actor), now, reference
    payment.save()
    event = PayoutSent(**steps.money_of(payment), reference=reference)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def confirm_payout(
    *, payment_id: int, actor: Actor, now: datetime, confirmations: int | None = None
) -> Payment:
    """Confirm that the money left the house; somebody else than who sent it, and who asked.

    `confirmations` are those that a payout over a chain has by now.
    """
    payment = steps.locked(payment_id)
    steps.move(payment, "confirm")
    steps.require_another(actor, payment.sent_by, payment.requested_by)
    steps.require_right(actor, CONFIRM_PAYOUT, payment)
    _require_no_return(payment)
    paying_out.require_deep(payment, confirmations, now=now)
    payment.confirmed_by, payment.closed_at = str(actor), now
    _post_paid(payment, actor, now)
    payment.save()
    steps.emit(payment, WithdrawalPaid(**steps.money_of(payment)), actor=actor, now=now)
    return payment


@transaction.atomic
def ask_return(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """Say that the money has to go back: the payout bounced, or must not go out.

    Nothing moves before a second person agrees (`return_payout`).
    """
    words = steps.require_reason(reason)
    payment = steps.locked(payment_id)
    steps.require_verb(payment, "return")
    steps.require_any_right(actor, (SEND_PAYOUT, RETURN_PAYOUT), payment)
    if payment.return_asked_by:
        raise steps.NotPossible(_("Its return is asked for already: a second person confirms it."))
    payment.return_asked_by, payment.return_reason = str(actor), words
    payment.save()
    event = ReturnAsked(payment_id=payment.pk, reason=words)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def drop_return(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """Take the wish to return it back, one's own or another's: everything goes on as before."""
    words = steps.require_reason(reason)
    payment = steps.locked(payment_id)
    steps.require_verb(payment, "return")
    steps.require_any_right(actor, (SEND_PAYOUT, RETURN_PAYOUT), payment)
    if not payment.return_asked_by:
        raise steps.NotPossible(_("Nobody asked for its return."))
    payment.return_asked_by, payment.return_reason = "", ""
    payment.save()
    event = ReturnDropped(payment_id=payment.pk, reason=words)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def return_payout(*, payment_id: int, actor: Actor, now: datetime) -> Payment:
    """Give the money back to the trading account, as somebody else asked.

    By somebody who had no hand in it before. The credit is an operation of its own; the books move
    when MetaTrader confirmed it.
    """
    payment = steps.locked(payment_id)
    steps.move(payment, "return")
    if not payment.return_asked_by:
        raise steps.NotPossible(_("Nobody asked for its return."))
    had_a_hand = (payment.requested_by, payment.approved_by, payment.sent_by)
    steps.require_another(actor, *had_a_hand, payment.return_asked_by)
    steps.require_right(actor, RETURN_PAYOUT, payment)
    payment.returned_by, payment.next_try_at = str(actor), now
    payment.save()
    event = WithdrawalReturning(**steps.money_of(payment), reason=payment.return_reason)
    if payment.from_wallet:
        steps.emit(payment, event, actor=actor, now=now)
        from_wallet.give_back(payment, actor=actor, now=now)
        return payment
    steps.plan(payment, Leg.RETURN, actor=actor, now=now)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def retry_return(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """Try a return again that MetaTrader refused, once the cause is gone; NotPossible otherwise."""
    words = steps.require_reason(reason)
    payment = steps.locked(payment_id)
    steps.require_right(actor, RETURN_PAYOUT, payment)
    is_over = steps.operation_of(payment, Leg.RETURN) is None
    if payment.state != Withdrawal.RETURNING or not is_over:
        raise steps.NotPossible(_("There is no refused return to try again."))
    payment.waits_because, payment.next_try_at = "", now
    payment.save()
    steps.plan(payment, Leg.RETURN, actor=actor, now=now)
    event = WithdrawalReturning(**steps.money_of(payment), reason=words)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


def _require_no_return(payment: Payment) -> None:
    """Raise while somebody says that the money has to go back: one of the two is settled first."""
    if payment.return_asked_by:
        raise steps.NotPossible(_("Its return is asked for: confirm that, or drop it first."))


def _post_paid(payment: Payment, actor: Actor, now: datetime) -> None:
    """What went to the client, what we keep of it, what the payout cost us: an entry each."""
    terms = looking.terms_of(payment.method, payment.client.country, Direction.OUT)
    payment.provider_fee = provider_fee(terms, payment.payout, payment.currency)
    due, clearing = LedgerKind.PAYOUTS_DUE, LedgerKind.METHOD_CLEARING
    for what, debit, credit, amount in (
        ("paid", due, clearing, payment.payout),
        ("fee", due, LedgerKind.FEES, payment.own_fee),
        ("provider_fee", LedgerKind.PROVIDER_FEES, clearing, payment.provider_fee),
    ):
        if amount:
            lines = [
                book.Line(account=_house(payment, debit, now), amount=amount),
                book.Line(account=_house(payment, credit, now), amount=-amount),
            ]
            book.post(act=steps.act_of(payment, what, actor, now), lines=lines)


def _house(payment: Payment, kind: LedgerKind, now: datetime) -> LedgerAccount:
    of = {"payment_method_id": payment.method_id} if kind is LedgerKind.METHOD_CLEARING else {}
    entity, currency = payment.legal_entity_id, payment.currency
    return chart.account_of(kind, legal_entity_id=entity, currency=currency, now=now, **of)

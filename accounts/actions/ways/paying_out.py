"""What a payout by hand or over a chain has to show before it counts as sent, and as paid.

PostgreSQL asks for the same: no hash or receipt, no SENT; an address that nobody found clean gets
nothing; too few confirmations, no PAID.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions import steps
from accounts.actions.ways.receipts import Receipt, saved
from accounts.calc.chains import is_transaction, transaction_of
from accounts.events import HandoverRecorded
from accounts.models import ChainMove, Handover, Payment
from backoffice.core.actors import Actor

REFERENCE = 64


def shown(
    payment: Payment, reference: str, receipt: Receipt | None, *, actor: Actor, now: datetime
) -> str:
    """Keep what shows that a payout left; return its reference, "" when none is given.

    Part of the caller's transaction, the payment's row locked. Raises NotPossible.
    """
    if payment.method.is_crypto:
        return _sent_over_chain(payment, reference, actor, now)
    if payment.method.is_handed:
        return _handed_out(payment, receipt, actor, now)
    return reference.strip()[:REFERENCE]


def require_deep(payment: Payment, confirmations: int | None, *, now: datetime) -> None:
    """Keep how deep a payout lies by now; NotPossible while that is not enough."""
    if not payment.method.is_crypto:
        return
    move = ChainMove.objects.get(payment=payment)
    move.seen = max(move.seen, confirmations or 0)
    move.seen_at = now
    if not move.is_deep:
        told = {"seen": move.seen, "needed": move.needed}
        sentence = _("It has %(seen)s of %(needed)s confirmations: confirm it when it has them.")
        raise steps.NotPossible(sentence % told)
    move.save(update_fields=["seen", "seen_at"])


def _sent_over_chain(payment: Payment, reference: str, actor: Actor, now: datetime) -> str:
    if not is_transaction(reference):
        raise steps.NotPossible(_("This is no hash of a transaction."))
    move = ChainMove.objects.filter(payment=payment).first()
    if move is None or not move.is_clean or move.address != payment.requisite:
        sentence = _("No screening found the address clean: nothing may be sent there before.")
        raise steps.NotPossible(sentence)
    move.transaction = transaction_of(reference)
    move.recorded_by = str(actor)
    try:
        with transaction.atomic():
            move.save(update_fields=["transaction", "recorded_by"])
    except IntegrityError as known:
        sentence = _("This transaction stands for another payout to this address already.")
        raise steps.NotPossible(sentence) from known
    return move.transaction


def _handed_out(payment: Payment, receipt: Receipt | None, actor: Actor, now: datetime) -> str:
    if receipt is None:
        raise steps.NotPossible(_("Say who handed it out, where, and which receipt."))
    row = Handover(
        payment=payment,
        method_id=payment.method_id,
        recorded_by=str(actor),
        recorded_at=now,
        **receipt.kept(),
    )
    saved(row)
    event = HandoverRecorded(
        deposit_id=None,
        payment_id=payment.pk,
        receipt=row.receipt,
        person=row.person,
        place=row.place,
    )
    steps.emit(payment, event, actor=actor, now=now)
    return row.receipt

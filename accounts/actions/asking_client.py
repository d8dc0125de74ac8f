"""When something is missing from the client: asked for with a list, and the clock stands still."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import steps
from accounts.events import ClientAsked, ClientSupplied
from accounts.models import Payment
from accounts.permissions import APPROVE_WITHDRAWAL, REQUEST_WITHDRAWAL
from accounts.states import MISSING_LABELS, Missing
from backoffice.core.actors import Actor


@transaction.atomic
def ask_client(
    *, payment_id: int, missing: Iterable[Missing], text: str, actor: Actor, now: datetime
) -> Payment:
    """Wait for the client, and say for what; the hold stays, and no time runs meanwhile."""
    listed = list(dict.fromkeys(missing))
    if not listed:
        raise steps.NoReason(_("Say what is missing."))
    payment = steps.locked(payment_id)
    steps.move(payment, "ask_client")
    steps.require_right(actor, APPROVE_WITHDRAWAL, payment)
    payment.missing, payment.missing_text = [str(one) for one in listed], text.strip()[:300]
    payment.asked_client_by, payment.waiting_since = str(actor), now
    payment.save()
    event = ClientAsked(
        payment_id=payment.pk, missing=tuple(payment.missing), words=words_of(payment)
    )
    steps.emit(payment, event, actor=actor, now=now)
    return payment


@transaction.atomic
def supply(*, payment_id: int, text: str, actor: Actor, now: datetime) -> Payment:
    """Record that the client gave what was missing; it can be decided, and its time runs again."""
    words = steps.require_reason(text)
    payment = steps.locked(payment_id)
    steps.move(payment, "supply")
    steps.require_any_right(actor, (REQUEST_WITHDRAWAL, APPROVE_WITHDRAWAL), payment)
    steps.stop_waiting(payment, now)
    payment.save()
    event = ClientSupplied(payment_id=payment.pk, words=words)
    steps.emit(payment, event, actor=actor, now=now)
    return payment


def words_of(payment: Payment) -> str:
    """Return what is missing as one line."""
    listed = ", ".join(_(MISSING_LABELS[one]) for one in payment.missing)
    return f"{listed}: {payment.missing_text}" if payment.missing_text else listed

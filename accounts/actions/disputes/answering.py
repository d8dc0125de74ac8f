"""A dispute's end: evidence sent, won, lost, accepted. What is lost is charged back and debited.

The debit in MetaTrader is an adjustment of its own, which another person agrees to; until it is
booked the client's part stays set aside.
"""

from datetime import datetime
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.adjusting import asking
from accounts.actions.chart import BOOKS
from accounts.actions.deposits import steps as deposit_steps
from accounts.actions.disputes import steps
from accounts.events import DepositChargedBack
from accounts.ledger import book
from accounts.models import Adjustment, Dispute
from accounts.terms.adjustments import AdjustmentKind, Cause
from accounts.terms.disputes import TAKEN
from backoffice.core.actors import NOWHERE, Actor, Origin


@transaction.atomic
def send_evidence(*, dispute_id: int, reason: str, actor: Actor, now: datetime) -> Dispute:
    """Record that the evidence was sent to the provider, and how."""
    words = steps.require_reason(reason)
    dispute = steps.locked(dispute_id)
    steps.require_right(actor, dispute)
    steps.move(dispute, "send_evidence")
    dispute.sent_by, dispute.sent_at = str(actor), now
    dispute.save()
    steps.tell_move(dispute, words, actor=actor, now=now)
    return dispute


@transaction.atomic
def win_dispute(*, dispute_id: int, reason: str, actor: Actor, now: datetime) -> Dispute:
    """The provider decided for us: what was set aside is free again.

    Raises SamePerson for the one who sent the evidence: a win that is told by hand frees the
    client's money, so two people stand behind it.
    """
    steps.require_another(actor, steps.locked(dispute_id).sent_by)
    dispute = _ended(dispute_id, "win", reason, actor, now)
    book.void(act=steps.act_of(dispute, "void", actor, now), reservation=_held(dispute))
    return dispute


@transaction.atomic
def lose_dispute(
    *, dispute_id: int, reason: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Dispute:
    """The provider decided for the client's bank: charged back, and the debit is asked for."""
    return _charged(_ended(dispute_id, "lose", reason, actor, now), actor, origin, now)


@transaction.atomic
def accept_dispute(
    *, dispute_id: int, reason: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Dispute:
    """We do not answer: charged back, and the debit is asked for."""
    return _charged(_ended(dispute_id, "accept", reason, actor, now), actor, origin, now)


@transaction.atomic
def ask_debit(
    *, dispute_id: int, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Adjustment:
    """Ask once more for the debit of a lost case whose debit was turned down or refused.

    Raises NotPossible for a case that is not lost, AlreadyReversed while a debit stands.
    """
    dispute = steps.locked(dispute_id)
    steps.require_right(actor, dispute)
    if dispute.state not in TAKEN:
        raise steps.NotPossible(_("This case took no money back."))
    return _ask(dispute, actor, origin, now)


def _ended(dispute_id: int, verb: str, reason: str, actor: Actor, now: datetime) -> Dispute:
    words = steps.require_reason(reason)
    dispute = steps.locked(dispute_id)
    steps.require_right(actor, dispute)
    steps.move(dispute, verb)
    dispute.ended_by, dispute.ended_at, dispute.end_reason = str(actor), now, words
    dispute.save()
    steps.tell_move(dispute, words, actor=actor, now=now)
    return dispute


def _charged(dispute: Dispute, actor: Actor, origin: Origin, now: datetime) -> Dispute:
    steps.post_taken(dispute, actor=actor, now=now)
    deposit = deposit_steps.locked(dispute.deposit_id)
    deposit_steps.move(deposit, "charge_back")
    deposit.save(update_fields=["state"])
    event = DepositChargedBack(**steps.told(dispute))
    deposit_steps.emit(deposit, event, actor=actor, now=now)
    _ask(dispute, actor, origin, now)
    return dispute


def _ask(dispute: Dispute, actor: Actor, origin: Origin, now: datetime) -> Adjustment:
    tries = Adjustment.objects.filter(dispute=dispute).count()
    wish = asking.Wish(
        key=uuid5(BOOKS, f"dispute:{dispute.pk}:debit:{tries}"),
        kind=AdjustmentKind.CHARGEBACK,
        account_id=dispute.account_id,
        cause=Cause.DISPUTE,
        reason=f"{dispute}: {dispute.end_reason}"[:300],
        amount=-dispute.debit_amount,
        dispute_id=dispute.pk,
    )
    return asking.ask_granted(wish=wish, actor=actor, origin=origin, now=now)


def _held(dispute: Dispute) -> book.Entry:
    if dispute.reservation is None:
        raise steps.NotPossible(_("Nothing was set aside for this case."))
    return dispute.reservation

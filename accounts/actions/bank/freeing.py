"""What a row was for is taken back while its money has not gone on: booked back, not deleted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions import steps as payment_steps
from accounts.actions.bank import steps
from accounts.actions.deposits import approving
from accounts.actions.deposits import steps as deposit_steps
from accounts.events import BankRowFreed, DepositCancelled
from accounts.ledger import book
from accounts.models import BankUse, Deposit, DepositOperation, Entry
from accounts.permissions import AGREE_WIRES, BIND_WIRES
from accounts.states import Withdrawal
from accounts.terms import Use
from backoffice.core.actors import Actor

#: What a deposit posted when its money came, in the order in which it was posted.
ARRIVAL = ("received", "provider_fee")


@transaction.atomic
def free_row(*, row_id: int, reason: str, actor: Actor, now: datetime) -> BankUse:
    """Take back what a row was for. Raises NotAllowed, NotPossible, NoReason.

    A deposit that it had paid is over then; what comes for it all the same is a new, linked one.
    """
    words = steps.require_reason(reason)
    row = steps.locked(row_id)
    use = steps.require_use(row)
    steps.require_any_right(actor, (BIND_WIRES, AGREE_WIRES), row.account)
    if BankUse.objects.filter(settles=use, undone_at__isnull=True).exists():
        raise steps.NotPossible(_("It went back to its sender already: free the row that says so."))
    _require_not_gone_on(use, actor)
    if use.kind == Use.DEPOSIT and use.entry is not None and use.deposit is not None:
        _unbind(deposit_steps.locked(use.deposit.pk), words, actor, now)
    steps.take_back(use, actor=actor, now=now)
    use.undone_by, use.undone_at, use.undone_because = str(actor), now, words
    use.save(update_fields=["undone_by", "undone_at", "undone_because"])
    event = BankRowFreed(**steps.told(row), use=str(use.kind), reason=words)
    steps.emit(row, event, actor=actor, now=now, deposit=use.deposit_id, payment=use.payment_id)
    return use


def _require_not_gone_on(use: BankUse, actor: Actor) -> None:
    """Raise NotPossible when freeing it would let the same money be used twice."""
    if use.payment is not None and use.kind in (Use.PAYOUT, Use.PAYOUT_BACK):
        payment = payment_steps.locked(use.payment.pk)
        if payment.is_final or payment.state == Withdrawal.RETURNING:
            sentence = _("Its money has gone on: payout %(payment)s is %(state)s.")
            told = {"payment": payment, "state": payment.get_state_display()}
            raise steps.NotPossible(sentence % told)
        if payment.return_asked_by and use.kind == Use.PAYOUT_BACK:
            raise steps.NotPossible(_("The return of the payout is asked for: drop that first."))
    if use.kind == Use.SENT_BACK and use.agreed_by:
        steps.require_another(actor, use.made_by)
        steps.require_right(actor, AGREE_WIRES, use.row.account)


def _unbind(deposit: Deposit, words: str, actor: Actor, now: datetime) -> None:
    """End a deposit whose money was another's, before anything of it went on."""
    has_gone_on = DepositOperation.objects.filter(deposit=deposit).exists()
    if has_gone_on or deposit.accepted_by or not deposit_steps.may(deposit, "unbind"):
        sentence = _("Its money has gone on: deposit %(deposit)s is %(state)s.")
        told = {"deposit": deposit, "state": deposit.get_state_display()}
        raise steps.NotPossible(sentence % told)
    for what in ARRIVAL:
        name = f"deposit:{deposit.pk}:{what}"
        entry = Entry.objects.filter(key=chart.act_of(
            name, purpose="deposit", reference="", actor=actor, now=now
        ).key).first()  # fmt: skip
        if entry is not None:
            act = deposit_steps.act_of(deposit, f"{what}_undone", actor, now)
            book.reverse(act=act, entry=entry)
    approving.void(deposit, words, actor=actor, now=now)
    deposit_steps.move(deposit, "unbind")
    deposit.cancelled_by, deposit.cancel_reason = str(actor), words
    deposit.closed_at, deposit.next_try_at, deposit.waits_because = now, None, ""
    deposit.save()
    event = DepositCancelled(deposit_id=deposit.pk, reason=words)
    deposit_steps.emit(deposit, event, actor=actor, now=now)

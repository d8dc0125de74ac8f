"""A transfer taken back before anything left, and one sent back that does not arrive."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.transfers import approving, moving, steps
from accounts.events import TransferCancelled, TransferReturnAllowed
from accounts.models import Transfer
from accounts.permissions import REQUEST_TRANSFER, RETURN_TRANSFER
from accounts.terms import Transfer as State
from accounts.terms import TransferLeg
from backoffice.core.actors import Actor
from trading.queries import operations


@transaction.atomic
def cancel_transfer(*, transfer_id: int, reason: str, actor: Actor, now: datetime) -> Transfer:
    """Take a transfer of which nothing has left back for the client, and release the hold.

    Raises NotAllowed, NoReason, NotPossible, BeingSent while its first leg may be on its way.
    """
    words = steps.require_reason(reason)
    transfer = steps.locked(transfer_id)
    steps.move(transfer, "cancel")
    steps.require_right(actor, REQUEST_TRANSFER, transfer)
    steps.give_up(transfer, TransferLeg.DEBIT, words, actor=actor, now=now)
    approving.withdraw(transfer, words, actor=actor, now=now)
    transfer.cancelled_by, transfer.cancel_reason = str(actor), words
    transfer.closed_at, transfer.next_try_at, transfer.waits_because = now, None, ""
    steps.release(transfer, actor=actor, now=now)
    transfer.save()
    event = TransferCancelled(transfer_id=transfer.pk, reason=words)
    steps.emit(transfer, event, actor=actor, now=now)
    return transfer


@transaction.atomic
def return_transfer(*, transfer_id: int, reason: str, actor: Actor, now: datetime) -> Transfer:
    """Send what is in transit back to its source, or allow that, or try a refused return again.

    Raises NotAllowed, SamePerson for whoever asked for it, BeingSent while the target's leg may be
    on its way, NotPossible in any other state.
    """
    words = steps.require_reason(reason)
    transfer = steps.locked(transfer_id)
    steps.require_right(actor, RETURN_TRANSFER, transfer)
    steps.require_another(actor, transfer.requested_by)
    if transfer.state == State.IN_TRANSIT:
        steps.give_up(transfer, TransferLeg.CREDIT, words, actor=actor, now=now)
        moving.reversing(transfer, words, actor=actor, now=now)
    elif transfer.state != State.REVERSING or transfer.next_try_at is not None:
        sentence = _("Transfer %(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": transfer, "state": transfer.get_state_display()}
        raise steps.NotPossible(sentence % told)
    _plan_again(transfer, actor, now)
    transfer.return_allowed_by, transfer.waits_because = str(actor), ""
    transfer.next_try_at = now
    transfer.save()
    event = TransferReturnAllowed(transfer_id=transfer.pk, reason=words)
    steps.emit(transfer, event, actor=actor, now=now)
    return transfer


def _plan_again(transfer: Transfer, actor: Actor, now: datetime) -> None:
    """Plan another operation where the last return was refused; its marker is its own."""
    operation = steps.newest(transfer, TransferLeg.RETURN)
    if operation is not None and operation.state in operations.OVER:
        steps.plan(transfer, TransferLeg.RETURN, actor=actor, now=now)

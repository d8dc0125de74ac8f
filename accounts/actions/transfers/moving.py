"""What a transfer becomes when one of its legs has moved, or did not: its row, and what is told.

Parts of others' acts: whoever calls has locked the transfer and posted the entry.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actions import results
from accounts.actions.transfers import steps
from accounts.events import (
    TransferDebited,
    TransferDone,
    TransferReversed,
    TransferReversing,
)
from accounts.models import Entry, Transfer, wording
from accounts.queries.transfers import funds
from backoffice.core.actors import Actor
from trading.queries.operations import OperationView

RULE = Actor.system("transfers")


def debited(
    transfer: Transfer,
    entry: Entry,
    operation: OperationView | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """It left the source: it is in transit, and the target's leg is due."""
    _settle(transfer, "debit", entry, operation, now)
    transfer.debit_ticket, transfer.debited_at = _ticket(operation), now
    transfer.next_try_at = now
    transfer.save()
    event = TransferDebited(**steps.sent(transfer), ticket=transfer.debit_ticket or 0)
    steps.emit(transfer, event, actor=actor, now=now)


def credited(
    transfer: Transfer,
    entry: Entry,
    operation: OperationView | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """It reached the target: done."""
    _settle(transfer, "credit", entry, operation, now)
    transfer.credit_ticket, transfer.credited_at = _ticket(operation), now
    transfer.closed_at = now
    transfer.save()
    event = TransferDone(**steps.arriving(transfer), ticket=transfer.credit_ticket or 0)
    steps.emit(transfer, event, actor=actor, now=now)


def given_back(
    transfer: Transfer,
    entry: Entry,
    operation: OperationView | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The source has it back: over."""
    _settle(transfer, "give_back", entry, operation, now)
    transfer.return_ticket, transfer.returned_at = _ticket(operation), now
    transfer.closed_at = now
    transfer.save()
    event = TransferReversed(**steps.sent(transfer), ticket=transfer.return_ticket or 0)
    steps.emit(transfer, event, actor=actor, now=now)


def reversing(transfer: Transfer, reason: str, *, actor: Actor, now: datetime) -> None:
    """The target does not take it: back to the source; above the limit a second person lets it."""
    steps.move(transfer, "reverse")
    steps.clear_doubt(transfer)
    limit = funds.rules_for(transfer.legal_entity_id, now).return_limit
    is_held = transfer.amount > limit
    transfer.return_because = reason[:300]
    transfer.return_allowed_by = "" if is_held else str(RULE)
    transfer.next_try_at, transfer.waits_because = (None if is_held else now), ""
    if is_held:
        sentence = _("Above %(limit)s a second person lets it go back.")
        told = {"limit": wording.money(limit, transfer.currency)}
        transfer.waits_because = sentence % told
    transfer.save()
    event = TransferReversing(
        transfer_id=transfer.pk, reason=transfer.return_because, is_held=is_held
    )
    steps.emit(transfer, event, actor=actor, now=now)


def _settle(
    transfer: Transfer, verb: str, entry: Entry, operation: OperationView | None, now: datetime
) -> None:
    """Book the record of MetaTrader, where there is one; move on, and no doubt is left."""
    if operation is not None:
        results.book_ticket(
            account_id=operation.account_id,
            ticket=operation.ticket or 0,
            amount=operation.amount,
            entry=entry,
            now=now,
        )
    steps.move(transfer, verb)
    steps.clear_doubt(transfer)
    transfer.waits_because, transfer.next_try_at = "", None


def _ticket(operation: OperationView | None) -> int | None:
    return None if operation is None else operation.ticket

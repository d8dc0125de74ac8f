"""Carries a transfer on: out of its source, into its target, or back. Debit first, never credit.

Call it with no transaction open. Nobody settles from what sending answers: the ledger moves when
trading tells of it (following.py). A leg of a wallet has no MetaTrader: it is posted here.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.transfers import moving, posting, steps
from accounts.events import TransferRefused, TransferWaits
from accounts.models import Transfer, wording
from accounts.queries.books import books_of
from accounts.queries.transfers import funds
from accounts.terms import Transfer as State
from accounts.terms import TransferLeg
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later
from trading.actions import balance
from trading.queries import money
from trading.states import Operation

SENDABLE = (Operation.NOT_STARTED, Operation.ABSENT)
AGAIN = timedelta(seconds=5)
#: By then whoever sends has begun the attempt, or died; the sweep looks again.
LOOK_AGAIN = timedelta(seconds=10)


def carry_transfer(*, transfer_id: int, actor: Actor, now: datetime) -> None:
    """Bring a transfer a leg further, whichever is due; nothing happens to any other.

    Too little free: REFUSED. Old figures, or MetaTrader out of reach: it stays where it is, says
    why, and is tried again.
    """
    try:
        operation_id = _prepare(transfer_id=transfer_id, actor=actor, now=now)
    except steps.BeingSent:
        return  # somebody else began to send while this one looked
    if operation_id is None:
        return
    try:
        balance.send_operation(operation_id=operation_id, actor=actor, now=now)
    except Conflict:
        return  # it was sent, settled or given up by somebody else meanwhile
    except Later as reason:
        with transaction.atomic():
            _wait(steps.locked(transfer_id), str(reason), actor, now)


@transaction.atomic(durable=True)
def _prepare(*, transfer_id: int, actor: Actor, now: datetime) -> int | None:
    """Return the operation to send, planned before if there is none yet; None: nothing to send."""
    transfer = steps.locked(transfer_id)
    if transfer.next_try_at is None or transfer.next_try_at > now:
        return None
    match State(transfer.state):
        case State.APPROVED:
            return _debit(transfer, actor, now)
        case State.IN_TRANSIT:
            return _credit(transfer, actor, now)
        case State.REVERSING:
            return _give_back(transfer, actor, now)
    return None


def _debit(transfer: Transfer, actor: Actor, now: datetime) -> int | None:
    if not _takes_money(transfer.target_account_id):
        _refuse(transfer, _("The target account is closed."), actor, now)
        return None
    if transfer.source_wallet is not None:
        entry = posting.debit(transfer, actor=actor, now=now)
        moving.debited(transfer, entry, None, actor=actor, now=now)
        return None
    operation = steps.newest(transfer, TransferLeg.DEBIT)
    if operation is not None and operation.state not in SENDABLE:
        return None
    number = transfer.source_account_id or 0
    chart.lock_money(number)
    stand = results.caught_up(account_id=number, actor=actor, now=now)
    there = funds.of_account(stand, now=now)
    if there.is_stale or there.free is None:
        words = _("MetaTrader's figures are %(age)s s old.") % {"age": there.age}
        _wait(transfer, words, actor, now)
        return None
    if transfer.amount > there.free:
        sentence = _("Not enough is free: %(asked)s asked for, %(free)s free.")
        told = {
            "asked": wording.money(transfer.amount, transfer.currency),
            "free": wording.money(there.free, transfer.currency),
        }
        _refuse(transfer, sentence % told, actor, now)
        return None
    return _planned(transfer, TransferLeg.DEBIT, actor, now)


def _credit(transfer: Transfer, actor: Actor, now: datetime) -> int | None:
    if transfer.target_wallet is not None:
        entry = posting.credit(transfer, actor=actor, now=now)
        moving.credited(transfer, entry, None, actor=actor, now=now)
        return None
    number = transfer.target_account_id or 0
    if books_of(number) is None:  # before MetaTrader has it, or it would be part of the opening
        results.open_books(account_id=number, actor=actor, now=now)
    return _planned(transfer, TransferLeg.CREDIT, actor, now)


def _give_back(transfer: Transfer, actor: Actor, now: datetime) -> int | None:
    if not transfer.return_allowed_by:
        return None
    if transfer.source_wallet is not None:
        entry = posting.give_back(transfer, actor=actor, now=now)
        moving.given_back(transfer, entry, None, actor=actor, now=now)
        return None
    return _planned(transfer, TransferLeg.RETURN, actor, now)


def _planned(transfer: Transfer, leg: TransferLeg, actor: Actor, now: datetime) -> int | None:
    """Return the leg's operation; planned once. One that is over is followed, never replaced here.

    A refused return is replaced by who looks at it (returning.py).
    """
    operation = steps.newest(transfer, leg)
    if operation is not None and operation.state not in SENDABLE:
        return None
    transfer.next_try_at = now + LOOK_AGAIN
    transfer.save(update_fields=["next_try_at"])
    if operation is not None:
        return operation.operation_id
    return steps.plan(transfer, leg, actor=actor, now=now)


def _takes_money(account_id: int | None) -> bool:
    """Say whether the target is a wallet, or an account of real money that is open now."""
    account = None if account_id is None else money.account_money(account_id)
    return account_id is None or (account is not None and account.is_open and not account.is_demo)


def _refuse(transfer: Transfer, reason: str, actor: Actor, now: datetime) -> None:
    """Give it up before anything moved: the hold is released."""
    steps.give_up(transfer, TransferLeg.DEBIT, reason, actor=actor, now=now)
    steps.close_refused(transfer, reason, actor=actor, now=now)
    event = TransferRefused(transfer_id=transfer.pk, reason=transfer.refused_because)
    steps.emit(transfer, event, actor=actor, now=now)


def _wait(transfer: Transfer, reason: str, actor: Actor, now: datetime) -> None:
    """Leave everything as it is, and say why; the same reason is told once."""
    if transfer.state not in (State.APPROVED, State.IN_TRANSIT, State.REVERSING):
        return
    transfer.next_try_at = now + AGAIN
    is_news = transfer.waits_because != reason[:300]
    transfer.waits_because = reason[:300] or _("MetaTrader is not ready")
    transfer.save(update_fields=["next_try_at", "waits_because"])
    if is_news:
        event = TransferWaits(transfer_id=transfer.pk, reason=transfer.waits_because)
        steps.emit(transfer, event, actor=actor, now=now)

"""Steps that every act on a transfer takes: lock it, see who acts, move it, post, tell of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.steps import (
    BeingSent,
    NoReason,
    NotAllowed,
    NotPossible,
    require_another,
    require_reason,
)
from accounts.ledger import book
from accounts.models import Entry, LedgerAccount, Transfer, TransferOperation
from accounts.queries.books import books_of
from accounts.states import LedgerKind
from accounts.terms import TRANSFER, TransferLeg
from accounts.terms import Transfer as State
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people
from trading.actions import balance, verdicts
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.terms import BalanceKind

__all__ = [
    "BeingSent",
    "NoReason",
    "NotAllowed",
    "NotPossible",
    "SamePerson",
    "require_another",
    "require_reason",
]
WHOLE = ("reservation", "source_account", "source_wallet", "target_account", "target_wallet")


def locked(transfer_id: int) -> Transfer:
    """Return the transfer with both its places, its own row locked."""
    rows = Transfer.objects.select_related(*WHOLE).filter(pk=transfer_id)
    return locks.rows(rows).get()


def has_right(actor: Actor, permission: object, transfer: Transfer) -> bool:
    """Say whether the actor is active staff, or a machine, whose right reaches the transfer now."""
    user = people.find_acting(actor)
    return user is not None and access.reaches(transfer, user, permission)


def require_right(actor: Actor, permission: object, transfer: Transfer) -> None:
    """Raise NotAllowed unless the actor's right reaches this transfer."""
    if not has_right(actor, permission, transfer):
        raise NotAllowed(_("You may not do this with this transfer."))


def move(transfer: Transfer, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    try:
        transfer.state = TRANSFER.after(transfer.state, verb)
    except IllegalMove as error:
        sentence = _("Transfer %(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": transfer, "state": transfer.get_state_display()}
        raise NotPossible(sentence % told) from error


def stands(transfer: Transfer, leg: TransferLeg, verb: str) -> bool:
    """Say whether this leg is what the transfer waits for, and the verb is lawful now."""
    state = State(transfer.state)
    if state is State.UNCERTAIN and transfer.uncertain_leg != leg:
        return False
    return (state, verb) in TRANSFER.moves


def sent(transfer: Transfer) -> dict[str, Any]:
    """Return the fields by which an event says which transfer, and how much leaves the source."""
    amount = rounded(transfer.amount, transfer.currency)
    return {"transfer_id": transfer.pk, "amount": amount, "currency": transfer.currency}


def arriving(transfer: Transfer) -> dict[str, Any]:
    """Return the same of what reaches the target."""
    currency = transfer.target_currency
    amount = rounded(transfer.target_amount or Decimal(0), currency)
    return {"transfer_id": transfer.pk, "amount": amount, "currency": currency}


def emit(transfer: Transfer, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a transfer: to its own log, to its clients', to its accounts'."""
    accounts = (transfer.source_account_id, transfer.target_account_id)
    clients = dict.fromkeys((transfer.client_id, transfer.to_client_id))
    subjects: list[tuple[str, int | str]] = [
        ("transfer", transfer.pk),
        *(("client", one) for one in clients),
        *(("account", one) for one in accounts if one is not None),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def clear_doubt(transfer: Transfer) -> None:
    """It is known again what MetaTrader did; the caller saves."""
    transfer.uncertain_leg, transfer.uncertain_since, transfer.uncertain_words = "", None, ""
    transfer.needs_person, transfer.settling_by = False, ""


def close_refused(transfer: Transfer, reason: str, *, actor: Actor, now: datetime) -> None:
    """Close it as REFUSED and release the hold; the caller tells of it."""
    move(transfer, "refuse")
    transfer.refused_because, transfer.closed_at = reason[:300], now
    transfer.next_try_at, transfer.waits_because = None, ""
    clear_doubt(transfer)
    release(transfer, actor=actor, now=now)
    transfer.save()


def release(transfer: Transfer, *, actor: Actor, now: datetime) -> Entry:
    """Release the hold unused."""
    return book.void(act=act_of(transfer, "void", actor, now), reservation=transfer.reservation)


def act_of(transfer: Transfer, what: str, actor: Actor, now: datetime) -> book.Act:
    """Return what an entry about this transfer tells of itself; each happens once."""
    reference = f"transfer:{transfer.pk}"
    return chart.act_of(
        f"{reference}:{what}", purpose="transfer", reference=reference, actor=actor, now=now
    )


def house(transfer: Transfer, kind: LedgerKind, currency: str, now: datetime) -> LedgerAccount:
    """Return an account of the house's own in a currency."""
    return chart.account_of(
        kind, legal_entity_id=transfer.legal_entity_id, currency=currency, now=now
    )


def target_funds(transfer: Transfer) -> LedgerAccount:
    """Return the ledger account of the target: its wallet, or its account's funds."""
    if transfer.target_wallet is not None:
        return transfer.target_wallet
    books = books_of(transfer.target_account_id or 0)
    if books is None:
        raise NotPossible(_("The books of the target are not open."))
    return books.funds


def links(transfer: Transfer, leg: TransferLeg) -> list[TransferOperation]:
    """Return the operations of a leg that were planned, the newest first."""
    return list(TransferOperation.objects.filter(transfer=transfer, leg=leg).order_by("-id"))


def newest(transfer: Transfer, leg: TransferLeg) -> OperationView | None:
    """Return the newest operation of a leg, wherever it stands, or None."""
    found = links(transfer, leg)
    return operations.get_operation(found[0].key) if found else None


def plan(transfer: Transfer, leg: TransferLeg, *, actor: Actor, now: datetime) -> int:
    """Plan a new operation for a leg, under a key of its own; return its number."""
    key = uuid4()
    is_credit = leg is TransferLeg.CREDIT
    account_id = transfer.target_account_id if is_credit else transfer.source_account_id
    amount = arriving(transfer)["amount"] if is_credit else sent(transfer)["amount"]
    operation = balance.plan_operation(
        key=key,
        account_id=account_id or 0,
        kind=BalanceKind.BALANCE,
        amount=-amount if leg is TransferLeg.DEBIT else amount,
        actor=actor,
        now=now,
    )
    TransferOperation.objects.create(
        transfer=transfer, leg=leg, key=key, operation_id=operation.pk, planned_at=now
    )
    return operation.pk


def give_up(
    transfer: Transfer, leg: TransferLeg, words: str, *, actor: Actor, now: datetime
) -> None:
    """Make sure that nothing of a leg can leave any more; BeingSent when it may have."""
    operation = newest(transfer, leg)
    if operation is None or operation.state in operations.OVER:
        return
    number = operation.operation_id
    try:
        verdicts.abandoned(operation_id=number, words=words, actor=actor, now=now)
    except IllegalMove as error:
        raise BeingSent(_("It is on its way to MetaTrader: wait until that is settled.")) from error

"""Steps that every act on an adjustment takes: lock it, see who acts, move it, post, tell of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.steps import NoReason, NotAllowed, NotPossible, require_reason
from accounts.ledger import book
from accounts.models import Adjustment, Entry
from accounts.queries.books import books_of
from accounts.states import LedgerKind
from accounts.terms.adjustments import ADJUSTMENT, AdjustmentKind, Cause
from accounts.terms.adjustments import Adjustment as State
from backoffice.core import access, compiled, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.errors import Conflict
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people

__all__ = ["NoReason", "NotAllowed", "NotPossible", "require_reason"]

_TOLD = Adjustment.objects.select_related("reservation", "dispute__reservation")
LOCKED = Question(lambda number: locks.rows(_TOLD.filter(pk=number)), int)
LOCKED_BY_KEY = Question(lambda key: locks.rows(_TOLD.filter(key=key)), UUID)

#: Where the other side of a balance correction stands, where it is not the corrections' account.
AGAINST: dict[str, LedgerKind] = {
    Cause.FEE: LedgerKind.FEES,
    Cause.REBATE: LedgerKind.REBATES,
    Cause.DIVIDEND: LedgerKind.DIVIDENDS,
    Cause.PRIZE: LedgerKind.PRIZES,
    Cause.NEGATIVE_BALANCE: LedgerKind.NEGATIVE_BALANCES,
}


def _reversed_once() -> str:
    return _("This record is reversed already, or its reversal is under way.")


def _left_once() -> str:
    return _("Less than this is left of the credit.")


def _charged_once() -> str:
    return _("This case is debited already, or its debit is under way.")


#: What PostgreSQL keeps out, in words.
ONCE = {
    "accounts_adjustment_reversed_once": _reversed_once,
    "accounts_adjustment_ended_once": _left_once,
    "accounts_adjustment_left": _left_once,
    "accounts_adjustment_charged_back_once": _charged_once,
}


class AlreadyReversed(Conflict):
    """The same record is reversed by another adjustment, or the same credit is taken."""


def locked(adjustment_id: int) -> Adjustment:
    """Return the adjustment, its row locked."""
    return LOCKED.one(adjustment_id)


def locked_by_key(key: UUID) -> Adjustment | None:
    """Return the adjustment whose operation has this key, its row locked; None where none has."""
    return LOCKED_BY_KEY.first(key)


def add(adjustment: Adjustment) -> None:
    """Write the row; AlreadyReversed where PostgreSQL keeps a second one of the same out."""
    try:
        with transaction.atomic():
            compiled.add(adjustment)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name in ONCE:
            raise AlreadyReversed(ONCE[name]()) from error
        raise


def has_right(actor: Actor, permission: object, adjustment: Adjustment) -> bool:
    """Say whether the actor is active staff whose right reaches the adjustment now."""
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    return user is not None and access.reaches(adjustment, user, permission)


def require_right(actor: Actor, permission: object, adjustment: Adjustment) -> None:
    """Raise NotAllowed unless the actor is staff whose right reaches this adjustment."""
    if not has_right(actor, permission, adjustment):
        raise NotAllowed(_("You may not do this with this adjustment."))


def move(adjustment: Adjustment, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    try:
        adjustment.state = ADJUSTMENT.after(adjustment.state, verb)
    except IllegalMove as error:
        sentence = _("%(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": adjustment, "state": adjustment.get_state_display()}
        raise NotPossible(sentence % told) from error


def may(adjustment: Adjustment, verb: str) -> bool:
    """Say whether the table allows a verb now."""
    return (State(adjustment.state), verb) in ADJUSTMENT.moves


def emit(adjustment: Adjustment, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about an adjustment: to its own log, its client's, its account's."""
    subjects: list[tuple[str, int | str]] = [
        ("adjustment", adjustment.pk),
        ("client", adjustment.client_id),
        ("account", adjustment.account_id),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def told(adjustment: Adjustment) -> dict[str, Any]:
    """Return the fields by which an event says which adjustment, and how much it moves."""
    amount = rounded(adjustment.amount, adjustment.currency)
    return {"adjustment_id": adjustment.pk, "amount": amount, "currency": adjustment.currency}


def close(adjustment: Adjustment, reason: str, *, actor: Actor, now: datetime) -> None:
    """Note why and when it ended without moving anything; a hold is released. The caller saves."""
    if adjustment.reservation is not None and adjustment.entry_id is None:
        book.void(act=act_of(adjustment, "void", actor, now), reservation=adjustment.reservation)
    adjustment.closed_because, adjustment.closed_at = reason[:300], now
    adjustment.next_try_at, adjustment.waits_because = None, ""
    clear_doubt(adjustment)


def clear_doubt(adjustment: Adjustment) -> None:
    """Forget that it was uncertain, now that it is not any more."""
    adjustment.uncertain_since, adjustment.uncertain_words = None, ""
    adjustment.needs_person, adjustment.settling_by = False, ""


def lines_of(adjustment: Adjustment, now: datetime) -> list[book.Line]:
    """Return what it posts: the client's side, and who gave or got it."""
    books = books_of(adjustment.account_id)
    if books is None:
        raise NotPossible(_("This account has no books yet."))
    other = chart.account_of(
        against(adjustment),
        legal_entity_id=books.legal_entity_id,
        currency=books.currency,
        now=now,
    )
    pocket = books.credit if adjustment.is_of_credit else books.funds
    return [
        book.Line(account=pocket, amount=-adjustment.amount),
        book.Line(account=other, amount=adjustment.amount),
    ]


def against(adjustment: Adjustment) -> LedgerKind:
    """Return the kind of account on which the house's side of it stands."""
    if adjustment.is_of_credit:
        return LedgerKind.CREDIT_GIVEN
    if adjustment.kind == AdjustmentKind.CHARGEBACK:
        return LedgerKind.CHARGEBACKS
    return AGAINST.get(adjustment.cause, LedgerKind.CORRECTIONS)


def posted(adjustment: Adjustment, *, actor: Actor, now: datetime) -> Entry:
    """Write it into the books: out of its hold, as the opposite of an entry, or as its own."""
    act = act_of(adjustment, "done", actor, now)
    held = adjustment.reservation
    if adjustment.dispute is not None:  # it was set aside with the case
        held = adjustment.dispute.reservation
    if held is not None:
        return book.settle(act=act, reservation=held)
    original = _reversed(adjustment)
    if original is not None:
        return book.reverse(act=act, entry=original)
    return book.post(act=act, lines=lines_of(adjustment, now))


def act_of(adjustment: Adjustment, what: str, actor: Actor, now: datetime) -> book.Act:
    """Return what an entry about this adjustment tells of itself; each happens once."""
    reference = f"adjustment:{adjustment.pk}"
    return chart.act_of(
        f"{reference}:{what}", purpose="adjustment", reference=reference, actor=actor, now=now
    )


def _reversed(adjustment: Adjustment) -> Entry | None:
    """Return the entry of the adjustment that a reversal undoes; None when it undoes another."""
    if adjustment.kind != AdjustmentKind.REVERSAL:
        return None
    undone = Adjustment.objects.filter(
        account_id=adjustment.account_id, ticket=adjustment.reverses_ticket
    )
    found = undone.select_related("entry").first()
    return found.entry if found is not None else None

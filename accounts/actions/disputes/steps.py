"""Steps that every act on a dispute takes: lock it, see who acts, set aside, post, tell of it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.steps import NotAllowed, NotPossible, require_another, require_reason
from accounts.events import DisputeMoved
from accounts.ledger import book
from accounts.models import Deposit, Dispute, Entry, LedgerAccount
from accounts.permissions import HANDLE_DISPUTES
from accounts.states import LedgerKind
from accounts.terms.disputes import DISPUTE
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people

__all__ = ["NotAllowed", "NotPossible", "require_another", "require_reason"]


def locked(dispute_id: int) -> Dispute:
    """Return the case, its row locked."""
    rows = Dispute.objects.select_related("reservation", "deposit__method")
    return locks.rows(rows.filter(pk=dispute_id)).get()


def require_right(actor: Actor, record: Dispute | Deposit) -> None:
    """Raise NotAllowed unless the actor is staff whose right reaches it, or a part of the house."""
    if actor.kind == "system":
        return
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None or not access.reaches(record, user, HANDLE_DISPUTES):
        raise NotAllowed(_("You may not do this with this dispute."))


def move(dispute: Dispute, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    try:
        dispute.state = DISPUTE.after(dispute.state, verb)
    except IllegalMove as error:
        sentence = _("%(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": dispute, "state": dispute.get_state_display()}
        raise NotPossible(sentence % told) from error


def told(dispute: Dispute) -> dict[str, Any]:
    """Return the fields by which an event says which case, of which deposit, and how much."""
    return {
        "dispute_id": dispute.pk,
        "deposit_id": dispute.deposit_id,
        "amount": rounded(dispute.amount, dispute.currency),
        "currency": dispute.currency,
    }


def tell_move(dispute: Dispute, reason: str, *, actor: Actor, now: datetime) -> None:
    """Announce where the case stands now, and why."""
    event = DisputeMoved(**told(dispute), state=str(dispute.state), reason=reason)
    emit(dispute, event, actor=actor, now=now)


def emit(dispute: Dispute, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a case: to its own log, its deposit's, client's and account's."""
    subjects: list[tuple[str, int | str]] = [
        ("dispute", dispute.pk),
        ("deposit", dispute.deposit_id),
        ("client", dispute.client_id),
        ("account", dispute.account_id),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def set_aside(dispute: Dispute, *, actor: Actor, now: datetime) -> Entry:
    """Hold the client's part of the case, also where that is more than there is.

    The account may be overdrawn by this one hold: afterwards nothing else can be taken that is not
    covered, so what is missing stays owed.
    """
    chart.lock_money(dispute.account_id)
    books = results.caught_up(account_id=dispute.account_id, actor=actor, now=now).books
    other = _account(dispute, LedgerKind.CHARGEBACKS, now)
    rows = LedgerAccount.objects.filter(pk=books.funds_id)
    before = books.funds.may_overdraw
    rows.update(may_overdraw=True)
    entry = book.reserve(
        act=act_of(dispute, "hold", actor, now),
        lines=[
            book.Line(account=books.funds, amount=dispute.debit_amount),
            book.Line(account=other, amount=-dispute.debit_amount),
        ],
    )
    rows.update(may_overdraw=before)
    return entry


def post_taken(dispute: Dispute, *, actor: Actor, now: datetime) -> None:
    """Post that the provider took the money back: owed by the client, our own fee lost."""
    fee = dispute.amount - dispute.debit_amount
    method = dispute.deposit.method_id
    lines = [
        book.Line(
            account=_account(dispute, LedgerKind.CHARGEBACKS, now), amount=dispute.debit_amount
        ),
        book.Line(
            account=_account(dispute, LedgerKind.METHOD_CLEARING, now, payment_method_id=method),
            amount=-dispute.amount,
        ),
    ]
    if fee:
        lines.append(book.Line(account=_account(dispute, LedgerKind.FEES, now), amount=fee))
    book.post(act=act_of(dispute, "taken", actor, now), lines=lines)


def act_of(dispute: Dispute, what: str, actor: Actor, now: datetime) -> book.Act:
    """Return what an entry about this case tells of itself; each happens once."""
    reference = f"dispute:{dispute.pk}"
    return chart.act_of(
        f"{reference}:{what}", purpose="dispute", reference=reference, actor=actor, now=now
    )


def _account(dispute: Dispute, kind: LedgerKind, now: datetime, **of: int) -> LedgerAccount:
    return chart.account_of(
        kind,
        legal_entity_id=dispute.legal_entity_id,
        currency=dispute.currency,
        now=now,
        **of,
    )

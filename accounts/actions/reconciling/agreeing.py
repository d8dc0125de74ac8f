"""What two people agree about a difference: that it stays, or that the books take it over.

A difference is closed by an entry or by a note, never by editing; what can be put right in
MetaTrader is put right there, and the next comparison sees it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.settlement import comparing as settled
from accounts.actions.settlement import steps as settlement_steps
from accounts.events import DifferenceAgreed, SettlementAgreed
from accounts.ledger import book
from accounts.models import AccountBooks, Discrepancy
from accounts.permissions import SEE_BOOKS, SETTLE_DIFFERENCES
from accounts.queries.books import audit
from accounts.queries.reconciling import differences
from accounts.states import GAP_LABELS, REMEDY_LABELS, LedgerKind, Remedy
from backoffice.approvals import terms
from backoffice.approvals.actions import askers, asking
from backoffice.approvals.queries import about
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import locks, outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.core.money import rounded
from backoffice.core.words import noop

KIND = "accounts.difference"
LONGEST = 300


class NotPossible(Rejected):
    """The difference does not stand any more, or this remedy is none for its class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody proposes to do about a difference, and why. `key` makes it one."""

    key: UUID
    remedy: Remedy
    reason: str


@transaction.atomic
def propose(
    *,
    difference_id: int,
    proposal: Proposal,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> int:
    """Propose a remedy; return the request. It is carried out once another person agreed.

    Raises NotAskable out of reach, NotPossible, Rejected without a reason.
    """
    rows = Discrepancy.objects.filter(pk=difference_id)
    askers.require_reach(actor, SETTLE_DIFFERENCES, rows)
    row = locks.rows(rows).get()
    _require_possible(row, proposal.remedy)
    wish = Wish(
        key=proposal.key,
        kind=KIND,
        subject=("difference", row.pk),
        payload={
            "difference": row.pk,
            "account": row.account_id or 0,
            "method": row.method_id or 0,
            "reference": row.reference,
            "gap": str(row.gap),
            "ticket": row.ticket,
            "remedy": str(proposal.remedy),
            "amount": str(rounded(differences.missing(row), row.currency)),
            "currency": row.currency,
        },
        reason=proposal.reason,
    )
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now).pk


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Do what two people agreed on; the books take over exactly what the request named."""
    method_id = int(payload.get("method", 0))
    if method_id:
        settlement_steps.lock(method_id)
    else:
        chart.lock_money(int(payload["account"]))
    row = locks.rows(Discrepancy.objects.filter(pk=int(payload["difference"]))).get()
    remedy = Remedy(payload["remedy"])
    _require_possible(row, remedy)
    amount = Decimal(str(payload["amount"]))
    if remedy == Remedy.TAKE_OVER:
        _take_over(row, amount, request_id, actor, now)
    elif remedy == Remedy.TAKE_SETTLED:
        _take_settled(row, amount, request_id, actor, now)
    row.agreed_by, row.agreed_at = str(actor), now
    row.note = str(_(REMEDY_LABELS[remedy]))[:LONGEST]
    row.save(update_fields=["agreed_by", "agreed_at", "note", "taken_over"])
    _tell(row, remedy, request_id, actor, now)
    if method_id:
        settled.compare_method(method_id=method_id, actor=actor, now=now)


def facts(payload: Payload) -> Payload:
    """Return what a remedy hangs on: whether the difference stands, and how much it is."""
    row = Discrepancy.objects.filter(pk=int(payload["difference"])).first()
    if row is None:
        return {}
    missing = rounded(differences.missing(row), row.currency)
    return {"stands": "no" if row.gone_at else "yes", "missing": str(missing)}


def describe(payload: Payload) -> Words:
    """Tell a remedy in words."""
    return [
        (_("Difference"), _(GAP_LABELS[str(payload["gap"])])),
        (_("Ticket"), _name_of(payload)),
        (_("Here less there"), f"{payload['amount']} {payload['currency']}"),
        (_("Remedy"), _(REMEDY_LABELS[str(payload["remedy"])])),
    ]


def register() -> None:
    """Make the kind known."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Difference from MetaTrader"),
            asks=SETTLE_DIFFERENCES,
            decides=SETTLE_DIFFERENCES,
            sees=SEE_BOOKS,
            describe=describe,
            facts=facts,
            execute=carry_out,
            in_reach=about.in_reach_of("difference", Discrepancy),
        )
    )


def _name_of(payload: Payload) -> str:
    ticket = f"#{payload['ticket']}" if str(payload["ticket"]) != "0" else "—"
    return str(payload.get("reference") or ticket)


def _tell(row: Discrepancy, remedy: Remedy, request_id: int, actor: Actor, now: datetime) -> None:
    told: dict[str, Any] = {
        "discrepancy_id": row.pk,
        "gap": str(row.gap),
        "remedy": str(remedy),
        "request_id": request_id,
    }
    if row.account_id is None:
        event = SettlementAgreed(method_id=row.method_id or 0, reference=row.reference, **told)
        settlement_steps.emit(row, event, actor=actor, now=now)
        return
    agreed = DifferenceAgreed(account_id=row.account_id, ticket=row.ticket, **told)
    subjects = [("account", row.account_id), ("difference", row.pk)]
    outbox.emit(agreed, actor=actor, subjects=subjects, now=now)


def _take_settled(
    row: Discrepancy, amount: Decimal, request_id: int, actor: Actor, now: datetime
) -> None:
    """Book what the provider's settlement says beyond the books."""
    if not settled.take_over(row, amount, request_id=request_id, actor=actor, now=now):
        raise NotPossible(_("The difference is another one by now: propose it anew."))


def _require_possible(row: Discrepancy, remedy: Remedy) -> None:
    if row.gone_at is not None:
        raise NotPossible(_("This difference is gone: there is nothing to agree to."))
    if row.agreed_by:
        raise NotPossible(_("Two people agreed about this difference before."))
    if remedy not in differences.remedies_of(row):
        raise NotPossible(_("This remedy is none for a difference of this class."))


def _take_over(
    row: Discrepancy, amount: Decimal, request_id: int, actor: Actor, now: datetime
) -> None:
    """Post what the server's balance has more, or less, than the books expect."""
    stand = results.caught_up(account_id=row.account_id or 0, actor=actor, now=now)
    audited = audit(stand)
    if audited.expected - audited.balance != amount:
        raise NotPossible(_("The balance moved since this was proposed: propose it anew."))
    _post(stand.books, -amount, request_id, actor, now)


def _post(
    books: AccountBooks, amount: Decimal, request_id: int, actor: Actor, now: datetime
) -> Any:
    outside = chart.account_of(
        LedgerKind.EXTERNAL,
        legal_entity_id=books.legal_entity_id,
        currency=books.currency,
        now=now,
    )
    act = chart.act_of(
        f"difference:{request_id}",
        purpose="difference",
        reference=f"approval:{request_id}",
        actor=actor,
        now=now,
    )
    lines = [
        book.Line(account=books.funds, amount=-amount),
        book.Line(account=outside, amount=amount),
    ]
    return book.post(act=act, lines=lines)

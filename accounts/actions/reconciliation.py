"""Compares MetaTrader's money records with the books, account by account, and keeps the gaps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actions import chart, results, steps
from accounts.events import DiscrepancyFound, DiscrepancyGone, LateAnswer
from accounts.models import AccountBooks, Discrepancy, Payment, PaymentOperation
from accounts.queries.books import Stand, audit, unseen_since
from accounts.states import Gap
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor

#: How long our side and theirs may lag behind each other before it is a difference.
GRACE = timedelta(minutes=2)
#: A trade that closes during the comparison explains itself by the next one.
TOLD_AT = {Gap.BALANCE: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: its class, the ticket (0: the whole account), and both amounts."""

    gap: Gap
    ticket: int
    expected: Decimal | None
    found: Decimal | None
    key: UUID | None = None  # of the operation, where a closed payment is contradicted


@transaction.atomic
def reconcile_account(*, account_id: int, actor: Actor, now: datetime) -> list[Discrepancy]:
    """Bring the books of an account up to date and return what differs from MetaTrader still."""
    chart.lock_money(account_id)
    stand = results.caught_up(account_id=account_id, actor=actor, now=now)
    return _keep(stand.books, _findings(stand, now), actor, now)


def _findings(stand: Stand, now: datetime) -> list[Finding]:
    due, booked = stand.due, stand.booked
    found = [
        Finding(Gap.MISSING_IN_MT4, row.ticket, row.amount, None)
        for row in unseen_since(due, before=now - GRACE)
    ]
    found += [
        Finding(Gap.MISSING_IN_LEDGER, one.ticket, None, one.amount)
        for one in (*due.ours, *(odd for odd in due.odd if odd.is_strange))
        if one.recorded_at < now - GRACE
    ]
    found += [
        Finding(Gap.DUPLICATE_MARKER, one.ticket, None, one.amount)
        for one in due.odd
        if one.is_double
    ]
    found += [
        Finding(Gap.AMOUNT, one.ticket, booked[one.ticket].amount, one.amount)
        for one in stand.market.mirror.records
        if one.ticket in booked and booked[one.ticket].amount != one.amount
    ]
    found += [
        Finding(Gap.MISSING_IN_LEDGER, one.ticket, None, one.amount, one.key) for one in due.denied
    ]
    audited = audit(stand)
    if audited.gap:
        found.append(Finding(Gap.BALANCE, 0, audited.expected, audited.balance))
    return found


def _keep(
    books: AccountBooks, findings: list[Finding], actor: Actor, now: datetime
) -> list[Discrepancy]:
    standing = locks.rows(Discrepancy.objects.filter(account_id=books.pk, gone_at__isnull=True))
    known = {(row.gap, row.ticket): row for row in standing}
    kept = []
    for one in findings:
        row = known.pop((one.gap, one.ticket), None)
        kept.append(_seen(books, one, row, actor, now))
    for row in known.values():
        row.gone_at = now
        row.save(update_fields=["gone_at"])
        if row.sightings >= TOLD_AT.get(Gap(row.gap), 1):
            _tell(DiscrepancyGone(**_names(row)), row, actor, now)
    return kept


def _seen(
    books: AccountBooks, one: Finding, row: Discrepancy | None, actor: Actor, now: datetime
) -> Discrepancy:
    if row is None:
        row = Discrepancy(
            account_id=books.pk,
            legal_entity_id=books.legal_entity_id,
            gap=one.gap,
            ticket=one.ticket,
            currency=books.currency,
            payment=_denied(one),
            sightings=0,
            found_at=now,
        )
    row.expected, row.found = one.expected, one.found
    row.sightings += 1
    row.save()
    if row.sightings == TOLD_AT.get(one.gap, 1):
        event = DiscrepancyFound(**_names(row), expected=one.expected, found=one.found)
        _tell(event, row, actor, now)
        if row.payment is not None:
            _tell_payment(row.payment, one, actor, now)
    return row


def _denied(one: Finding) -> Payment | None:
    """Return the closed payment that a finding contradicts, or None."""
    link = PaymentOperation.objects.filter(key=one.key).first() if one.key is not None else None
    return link.payment if link is not None else None


def _tell_payment(payment: Payment, one: Finding, actor: Actor, now: datetime) -> None:
    """A closed payment never changes: that MetaTrader booked it all the same goes to its log."""
    words = f"ticket {one.ticket}"
    event = LateAnswer(payment_id=payment.pk, state=str(payment.state), words=words)
    steps.emit(payment, event, actor=actor, now=now)


def _names(row: Discrepancy) -> dict[str, Any]:
    return {
        "discrepancy_id": row.pk,
        "account_id": row.account_id,
        "gap": str(row.gap),
        "ticket": row.ticket,
    }


def _tell(
    event: DiscrepancyFound | DiscrepancyGone, row: Discrepancy, actor: Actor, now: datetime
) -> None:
    outbox.emit(event, actor=actor, subjects=[("account", row.account_id)], now=now)

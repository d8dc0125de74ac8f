"""Compares MetaTrader's money records with the books, account by account, and keeps the gaps."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results, steps
from accounts.events import DiscrepancyFound, DiscrepancyGone, LateAnswer
from accounts.models import Discrepancy, Payment, PaymentOperation
from accounts.queries.books import Stand, audit
from accounts.queries.reconciling.deviations import Finding, findings_of
from accounts.states import Gap
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor

LONGEST = 300
#: So many comparisons see a difference of balances before it is told.
SURE_AFTER = 2


@transaction.atomic
def reconcile_account(*, account_id: int, actor: Actor, now: datetime) -> list[Discrepancy]:
    """Bring the books of an account up to date and return what differs from MetaTrader still."""
    chart.lock_money(account_id)
    stand = results.caught_up(account_id=account_id, actor=actor, now=now)
    return _keep(stand, findings_of(stand, now), actor, now)


def _keep(stand: Stand, findings: list[Finding], actor: Actor, now: datetime) -> list[Discrepancy]:
    cases = Discrepancy.objects.filter(account_id=stand.books.pk, gone_at__isnull=True)
    known = {(row.gap, row.ticket): row for row in locks.rows(cases)}
    kept = [
        _seen(stand, one, known.pop((one.gap, one.ticket), None), actor, now) for one in findings
    ]
    for row in known.values():
        row.gone_at, row.cure = now, _cure(stand, row)
        row.save(update_fields=["gone_at", "cure"])
        if row.told_at is not None:
            _tell(DiscrepancyGone(**_names(row)), row, actor, now)
    return kept


def _seen(
    stand: Stand, one: Finding, row: Discrepancy | None, actor: Actor, now: datetime
) -> Discrepancy:
    if row is None:
        row = Discrepancy(
            account_id=stand.books.pk,
            legal_entity_id=stand.books.legal_entity_id,
            gap=one.gap,
            ticket=one.ticket,
            currency=stand.books.currency,
            payment=_denied(one),
            sightings=0,
            found_at=now,
        )
    elif _differs(one, row):
        # Another difference of the same kind: nobody agreed to this one.
        row.agreed_by, row.agreed_at, row.note = "", None, ""
        if row.told_at is None:
            row.found_at, row.sightings = now, 0
    row.expected, row.found, row.evidence = one.expected, one.found, one.seen[:LONGEST]
    row.sightings += 1
    is_news = row.told_at is None and _is_sure(stand, row)
    if is_news:
        row.told_at = now
    row.save()
    if is_news:
        event = DiscrepancyFound(**_names(row), expected=one.expected, found=one.found)
        _tell(event, row, actor, now)
        if row.payment is not None:
            _tell_payment(row.payment, one, actor, now)
    return row


def _differs(one: Finding, row: Discrepancy) -> bool:
    """Say whether a finding is another difference than the one that is kept.

    Of a balance what counts is how much is missing: both sides move with every trade.
    """
    if one.gap == Gap.BALANCE:
        return _missing(one) != _missing(row)
    return (one.expected, one.found) != (row.expected, row.found)


def _missing(one: Any) -> Decimal:
    return (one.found or Decimal(0)) - (one.expected or Decimal(0))


def _is_sure(stand: Stand, row: Discrepancy) -> bool:
    """Say whether a difference is worth telling.

    Balance and results reach the mirror one after the other, so a missing amount counts once it is
    the same after a whole pass over the server that began when it was there already.
    """
    if row.gap != Gap.BALANCE:
        return True
    synced_at = stand.mirror.synced_at
    return row.sightings >= SURE_AFTER and synced_at is not None and synced_at > row.found_at


def _cure(stand: Stand, row: Discrepancy) -> str:
    """Say what the comparison saw that found a difference gone."""
    audited = audit(stand)
    there = {one.ticket: one for one in stand.mirror.records}
    known = there.get(row.ticket)
    words = _("The books expect %(expected)s, MetaTrader shows %(balance)s.") % {
        "expected": audited.expected,
        "balance": audited.balance,
    }
    if known is not None:
        told = {"ticket": known.ticket, "amount": known.amount, "comment": known.comment}
        words += " " + _("Ticket %(ticket)s is there: %(amount)s, “%(comment)s”.") % told
    elif row.ticket:
        words += " " + _("Ticket %(ticket)s is not there.") % {"ticket": row.ticket}
    return words[:LONGEST]


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
    outbox.emit(event, actor=actor, subjects=[("account", row.account_id or 0)], now=now)

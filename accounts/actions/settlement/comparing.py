"""Compares what a provider settled with the books, and keeps the gaps: opened once, told once."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.settlement import steps
from accounts.calc.settlement.matching import LONGEST, Facts, Finding, finding_of
from accounts.events import SettledAlike, SettledOtherwise
from accounts.models import Discrepancy, PaymentMethod, SettlementFile
from accounts.queries.settlement import facts
from accounts.states import LedgerKind
from accounts.terms.settlement import FileState
from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.money import rounded


@transaction.atomic
def compare_method(
    *, method_id: int, actor: Actor, now: datetime, references: Collection[str] = ()
) -> list[Discrepancy]:
    """Compare a method's settlements with the books; return what differs still.

    Looked at are these references, what stands open, and what is booked and no settlement names.
    """
    steps.lock(method_id)
    method = PaymentMethod.objects.get(pk=method_id)
    rules = facts.rules_for(method, now)
    asked = {*references, *facts.references_to_compare(method, rules=rules, now=now)}
    known = {
        row.reference: row
        for row in locks.rows(Discrepancy.objects.filter(method=method, gone_at__isnull=True))
    }
    kept = []
    for one in facts.facts_of(method, asked, rules=rules, now=now):
        finding, row = finding_of(one), known.get(one.reference)
        if finding is not None:
            kept.append(_seen(method, finding, row, actor, now))
        elif row is not None:
            _gone(row, one, actor, now)
    return kept


def compare_all(*, actor: Actor, now: datetime) -> None:
    """Compare every method that was ever settled; one that is busy is compared the next time."""
    taken = SettlementFile.objects.filter(state=FileState.TAKEN)
    for method_id in sorted(set(taken.values_list("method_id", flat=True))):
        with suppress(Later):
            compare_method(method_id=method_id, actor=actor, now=now)


def take_over(
    row: Discrepancy, amount: Decimal, *, request_id: int, actor: Actor, now: datetime
) -> bool:
    """Book what the provider says beyond the books, as two people agreed; False: it is otherwise.

    `amount` is here less there. What only differs in fees is a fee; all else is nobody's: suspense.
    The caller holds the method's lock and saves the case.
    """
    method = PaymentMethod.objects.get(pk=row.method_id or 0)
    rules = facts.rules_for(method, now)
    (one,) = facts.facts_of(method, {row.reference}, rules=rules, now=now)
    finding = finding_of(one)
    if finding is None or _missing(finding) != amount:
        return False
    moved = -amount
    other = LedgerKind.PROVIDER_FEES if finding.only_fees else LedgerKind.SUSPENSE
    name = f"settlement-difference:{request_id}"
    steps.post(name, method, moved, [(other, -moved)], actor=actor, now=now)
    row.taken_over = (row.taken_over or Decimal(0)) + moved
    return True


def _seen(
    method: PaymentMethod, one: Finding, row: Discrepancy | None, actor: Actor, now: datetime
) -> Discrepancy:
    is_news = row is None
    if row is None:
        row = Discrepancy(
            method=method,
            legal_entity_id=method.legal_entity_id,
            reference=one.reference,
            currency=method.currency,
            sightings=0,
            found_at=now,
            told_at=now,
        )
    elif (one.gap, one.expected, one.found) != (row.gap, row.expected, row.found):
        # Another difference of the same payment: nobody agreed to this one.
        row.agreed_by, row.agreed_at, row.note = "", None, ""
        is_news = True
    row.gap, row.expected, row.found, row.evidence = one.gap, one.expected, one.found, one.seen
    row.sightings += 1
    row.save()
    if is_news:
        expected, found = _exact(row, one.expected), _exact(row, one.found)
        event = SettledOtherwise(**_names(row), expected=expected, found=found)
        steps.emit(row, event, actor=actor, now=now)
    return row


def _gone(row: Discrepancy, one: Facts, actor: Actor, now: datetime) -> None:
    row.gone_at, row.cure = now, _cure(one)[:LONGEST]
    row.save(update_fields=["gone_at", "cure"])
    steps.emit(row, SettledAlike(**_names(row)), actor=actor, now=now)


def _cure(one: Facts) -> str:
    here = one.here.words if one.here is not None else _("nothing")
    there = sum((told.line.net for told in one.there), Decimal(0))
    words = _("Here: %(here)s. Settled: %(there)s.")
    return words % {"here": here, "there": f"{there:f}"}


def _missing(one: Finding) -> Decimal:
    return (one.expected or Decimal(0)) - (one.found or Decimal(0))


def _exact(row: Discrepancy, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else rounded(amount, row.currency)


def _names(row: Discrepancy) -> dict[str, Any]:
    return {
        "discrepancy_id": row.pk,
        "method_id": row.method_id,
        "gap": str(row.gap),
        "reference": row.reference,
    }

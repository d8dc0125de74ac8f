"""Compares many accounts at once: read together, judged by the rules, touched only where need be.

What looks right, in two statements for hundreds of accounts, is left alone. What does not is
compared again by itself under its lock (reconciliation.py), so nothing is decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog

from accounts.actions import reconciliation
from accounts.actions.results import NobodysAccount
from accounts.models import Discrepancy, ReconciledDay
from accounts.queries.books import Sheet, put_back, sheets_of
from accounts.queries.reconciling import differences
from accounts.queries.reconciling.deviations import findings_of
from accounts.states import Gap
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from trading.actions import lost_records

#: So many accounts are read together.
AT_ONCE = 200
#: An amount that stays missing is looked for in the server's history so often.
LOOKS = 3

log = structlog.get_logger(__name__)


@dataclass
class Compared:
    """What a comparison looked at, and which accounts it had to touch."""

    accounts: int = 0
    records: int = 0
    booked: int = 0
    touched: list[int] = field(default_factory=list)


def compare_accounts(*, account_ids: Sequence[int], actor: Actor, now: datetime) -> Compared:
    """Compare these accounts with MetaTrader; bring up to date, and keep cases, where need be.

    An account that somebody holds at the moment is left to the next comparison.
    """
    done = Compared()
    for start in range(0, len(account_ids), AT_ONCE):
        _compare(account_ids[start : start + AT_ONCE], done, now)
    for account_id in done.touched:
        try:
            reconcile(account_id=account_id, actor=actor, now=now)
        except (Later, NobodysAccount) as reason:
            log.info("account_not_compared", account_id=account_id, reason=str(reason))
    return done


def reconcile(*, account_id: int, actor: Actor, now: datetime) -> list[Discrepancy]:
    """Reconcile one account; where its balance lacks an amount, ask the server what it lost."""
    whose = {"account_id": account_id, "actor": actor, "now": now}
    found = reconciliation.reconcile_account(**whose)  # type: ignore[arg-type]
    for row in found:
        if row.gap == Gap.BALANCE and row.sightings <= LOOKS:
            missing = (row.expected or Decimal(0)) - (row.found or Decimal(0))
            if lost_records.look_for_lost(account_id=account_id, missing=missing, now=now):
                return reconciliation.reconcile_account(**whose)  # type: ignore[arg-type]
    return found


def reconcile_day(*, actor: Actor, now: datetime) -> ReconciledDay:
    """Compare every client's account at the end of a day; keep how much was compared, and found.

    What stands then counts settlements too, as their own comparisons left them.
    """
    done = compare_accounts(account_ids=differences.accounts_to_compare(), actor=actor, now=now)
    return ReconciledDay.objects.create(
        day=now.date(),
        begun_at=now,
        ended_at=max(now, clock.now()),
        accounts=done.accounts,
        records=done.records,
        booked=done.booked,
        differing=differences.count_standing(),
    )


def _compare(account_ids: Sequence[int], done: Compared, now: datetime) -> None:
    standing = differences.accounts_differing(account_ids)
    without_books = set(account_ids)
    for sheet in sheets_of(account_ids):
        without_books.discard(sheet.books.pk)
        done.accounts += 1
        done.records += len(sheet.mirror.records)
        done.booked += len(sheet.booked)
        if sheet.books.pk in standing or _asks_for_something(sheet, now):
            done.touched.append(sheet.books.pk)
    done.touched += sorted(without_books)


def _asks_for_something(sheet: Sheet, now: datetime) -> bool:
    """Say whether something is due to the books of an account, or differs from them."""
    due = sheet.due
    return bool(due.results or due.foreign or findings_of(sheet, now) or put_back(sheet))

"""What stands on the clearing accounts of providers: how much, held back, and for how long.

Stands for how long: what came first leaves first, so the balance is made of the latest postings on
its own side, and the oldest of those tells its age.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max

from accounts.models import LedgerAccount, SettlementFile
from accounts.permissions import SEE_BOOKS
from accounts.queries.settlement.facts import rules_for
from accounts.states import LedgerKind
from accounts.terms.settlement import FileState
from backoffice.core import access

#: So many postings of one side are looked through for the age; what is older is "at least".
DEEP = 20_000
STANDS = """
SELECT a.id, coalesce(s.total, 0), since.at
  FROM unnest(%(accounts)s::bigint[]) AS a (id)
  LEFT JOIN LATERAL (
      SELECT sum(p.amount) AS total FROM accounts_posting p
       WHERE p.account_id = a.id AND p.phase = 'posted'
  ) s ON true
  LEFT JOIN LATERAL (
      SELECT min(e.occurred_at) AS at
        FROM (SELECT l.entry_id,
                     sum(abs(l.amount)) OVER (ORDER BY l.id DESC) - abs(l.amount) AS later
                FROM (SELECT p.id, p.entry_id, p.amount FROM accounts_posting p
                       WHERE p.account_id = a.id AND p.phase = 'posted'
                         AND sign(p.amount) = sign(s.total)
                       ORDER BY p.id DESC LIMIT %(deep)s) l) made
        JOIN accounts_entry e ON e.id = made.entry_id
       WHERE s.total <> 0 AND made.later < abs(s.total)
  ) since ON true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One method: what the provider owes us and holds back, since when, its last settlement."""

    method: Any
    balance: Decimal
    reserve: Decimal
    since: datetime | None
    settled_until: datetime | None
    is_late: bool


def standings_for(user: Any, now: datetime) -> list[Standing]:
    """Return the clearing account of each provider's method in reach, the oldest first."""
    kinds = (LedgerKind.METHOD_CLEARING, LedgerKind.PROVIDER_RESERVE)
    rows = LedgerAccount.objects.filter(kind__in=kinds).exclude(payment_method__provider="")
    accounts = list(access.restrict(rows, user, SEE_BOOKS).select_related("payment_method"))
    stands = _stands([one.pk for one in accounts])
    settled = _settled_until()
    reserve = {
        one.payment_method_id: stands[one.pk][0]
        for one in accounts
        if one.kind == LedgerKind.PROVIDER_RESERVE
    }
    found = [
        _standing(one.payment_method, stands[one.pk], reserve, settled, now)
        for one in accounts
        if one.kind == LedgerKind.METHOD_CLEARING
    ]
    return sorted(found, key=lambda one: (one.since is None, one.since or now, one.method.pk))


def _standing(
    method: Any,
    stands: tuple[Decimal, datetime | None],
    reserve: dict[int | None, Decimal],
    settled: dict[int, datetime],
    now: datetime,
) -> Standing:
    balance, since = stands
    rules = rules_for(method, now)
    is_late = since is not None and (now - since).days > rules.days + rules.bank_days
    return Standing(
        method=method,
        balance=balance,
        reserve=reserve.get(method.pk, Decimal(0)),
        since=since,
        settled_until=settled.get(method.pk),
        is_late=is_late,
    )


def _stands(accounts: list[int]) -> dict[int, tuple[Decimal, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(STANDS, {"accounts": accounts, "deep": DEEP})
        return {number: (total, since) for number, total, since in cursor.fetchall()}


def _settled_until() -> dict[int, datetime]:
    files = SettlementFile.objects.filter(state=FileState.TAKEN, until__isnull=False)
    rows = files.order_by().values_list("method_id").annotate(latest=Max("until"))
    return {method_id: latest for method_id, latest in rows if latest is not None}

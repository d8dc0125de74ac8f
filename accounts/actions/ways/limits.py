"""May this amount go this way now: looked at under a lock, so that two at once count each other."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.calc import method_rules
from accounts.calc.method_rules import Terms
from accounts.models import PaymentMethod
from accounts.queries.ways import in_force as looking
from accounts.states import Direction
from backoffice.core import locks

BUSY_MS = 8_000


@dataclass(frozen=True, slots=True)
class Allowed:
    """The terms that hold, what we take by them, and in one sentence why not ("": it may go)."""

    terms: Terms
    fee: Decimal
    why_not: str


def allowed(
    method: PaymentMethod, client: Any, amount: Decimal, direction: Direction, *, now: datetime
) -> Allowed:
    """Return whether a client may move an amount this way. Part of the caller's transaction."""
    terms = looking.terms_of(method, client.country, direction)
    if terms.day_limit is not None or terms.month_limit is not None:
        locks.advisory(f"accounts.limits.{client.pk}.{method.pk}", timeout_ms=BUSY_MS)
    why = looking.why_not(method, client, amount, direction, terms=terms, now=now)
    fee = method_rules.own_fee(terms, amount, method.currency)
    return Allowed(terms, fee, why)

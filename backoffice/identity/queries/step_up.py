"""From which amount on one proof no longer covers several acts: the policy `step-up`."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from backoffice.company.queries import policies

CODE = "step-up"
#: In force until the house sets its own: {"limits": {"USD": "10000", …}}.
DEFAULT: dict[str, Any] = {"limits": {"USD": "10000", "EUR": "10000", "GBP": "10000"}}


def needs_own_proof(amount: Decimal, currency: str, *, now: datetime) -> bool:
    """Say whether an act of this amount needs a proof of its own, not one of a while ago.

    A currency without a limit, or with one that is no number, is treated as above it.
    """
    policy = policies.policy_in_force(CODE, at=now)
    limits = (policy.value if policy else DEFAULT).get("limits", {})
    try:
        return amount >= Decimal(str(limits[currency]))
    except (KeyError, TypeError, InvalidOperation):
        return True

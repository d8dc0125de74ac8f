"""What a legal entity lets transfers do: the policy `transfers`, as numbers. Pure.

Policy: {"own_kyc_level": 1, "others_kyc_level": 3, "between_clients": "approve",
"return_limit": "10000", "markup_percent": "0.5", "rate_seconds": 60, "slip_percent": "0.5"}.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any


class BetweenClients(StrEnum):
    """Whether money may go to another client: after approval, or not at all."""

    APPROVE = "approve"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules in force.

    `own_kyc_level` and `others_kyc_level`: below it a client sends nothing to their own accounts,
    or to another client (reference/workflows.md 9.2). Above `return_limit`, in the source's
    currency, what the target refused goes back when a second person says so. `markup_percent` is
    what a conversion costs the client, `rate_seconds` how old a quote may be, `slip_percent` by how
    much the rate may be worse than the one that was shown.
    """

    own_kyc_level: int = 1
    others_kyc_level: int = 3
    between_clients: BetweenClients = BetweenClients.APPROVE
    return_limit: Decimal = Decimal(10000)
    markup_percent: Decimal = Decimal("0.5")
    rate_seconds: int = 60
    slip_percent: Decimal = Decimal("0.5")


USUAL = Rules()


def rules_of(value: Mapping[str, Any]) -> Rules:
    """Return the rules of a policy's value; what it does not say, or says wrongly, is as usual."""
    between = str(value.get("between_clients", USUAL.between_clients))
    known = {one.value for one in BetweenClients}
    return Rules(
        own_kyc_level=int(_number(value, "own_kyc_level", Decimal(USUAL.own_kyc_level))),
        others_kyc_level=int(_number(value, "others_kyc_level", Decimal(USUAL.others_kyc_level))),
        between_clients=BetweenClients(between) if between in known else BetweenClients.OFF,
        return_limit=_number(value, "return_limit", USUAL.return_limit),
        markup_percent=_number(value, "markup_percent", USUAL.markup_percent),
        rate_seconds=int(_number(value, "rate_seconds", Decimal(USUAL.rate_seconds))),
        slip_percent=_number(value, "slip_percent", USUAL.slip_percent),
    )


def _number(value: Mapping[str, Any], name: str, usual: Decimal) -> Decimal:
    try:
        number = Decimal(str(value[name]))
    except (KeyError, InvalidOperation):
        return usual
    return number if number.is_finite() and number >= 0 else usual

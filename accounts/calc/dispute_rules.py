"""What a policy says about disputes, read carefully. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The policy `disputes` of a legal entity.

    `suspect_from`: card money of so much, by a card that nobody verified, is a suspicion (None: no
    rule; the in-house rule of reference/workflows.md 7.1 is 800). `answer_days`: until when a case
    is answered where the provider does not say. `limit_percent` bounds disputes a month against
    deposits of it (a scheme's threshold).
    """

    suspect_from: Decimal | None = None
    answer_days: int = 7
    limit_percent: Decimal = Decimal("0.9")


def rules_of(value: Mapping[str, object]) -> Rules:
    """Return the rules that a policy states; what cannot be read is the default."""
    known = Rules()
    days, limit = _number(value.get("answer_days")), _number(value.get("limit_percent"))
    return Rules(
        suspect_from=_number(value.get("suspect_from")),
        answer_days=int(days) if days is not None and 0 < days <= MOST_DAYS else known.answer_days,
        limit_percent=known.limit_percent if limit is None else limit,
    )


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None

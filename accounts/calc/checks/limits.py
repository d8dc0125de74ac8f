"""What a policy says about the checks of a withdrawal, read carefully. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from accounts.calc.checks.facts import Limits

MOST_HOURS = 24 * 365


def limits_of(value: Mapping[str, object]) -> Limits:
    """Return the limits that a policy states; what it leaves out, or says wrongly, is the default.

    Keys: kyc_level, cool_off_hours, requisite_hours, chargeback_days, few_lots, day_amount,
    week_amount, day_count, taken_ratio, open_positions, burn_credit, risk_tags. A slip of the pen
    opens nothing: a limit that cannot be read lets nothing through.
    """
    known = Limits()
    tags = value.get("risk_tags")
    lots = _number(value.get("few_lots"))
    ratio = _number(value.get("taken_ratio"))
    return Limits(
        kyc_level=_whole(value["kyc_level"], 9, 9) if "kyc_level" in value else None,
        cool_off_hours=_whole(value.get("cool_off_hours"), known.cool_off_hours) or 0,
        requisite_hours=_whole(value.get("requisite_hours"), known.requisite_hours) or 0,
        chargeback_days=_whole(value.get("chargeback_days"), known.chargeback_days) or 0,
        few_volume_hundredths=known.few_volume_hundredths if lots is None else int(lots * 100),
        day_amount=_limit(value, "day_amount"),
        week_amount=_limit(value, "week_amount"),
        day_count=_whole(value["day_count"], 0) if "day_count" in value else None,
        taken_ratio=known.taken_ratio if ratio is None else ratio,
        open_positions=_word(value.get("open_positions", known.open_positions)),
        burn_credit=value.get("burn_credit") is True,
        risk_tags=frozenset(map(str, tags)) if isinstance(tags, list) else known.risk_tags,
    )


def _word(value: object) -> str:
    return str(value) if value in ("allow", "amber") else "red"


def _limit(value: Mapping[str, object], name: str) -> Decimal | None:
    if name not in value:
        return None
    return _number(value[name]) or Decimal(0)


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def _whole(value: object, default: int | None, most: int = MOST_HOURS) -> int | None:
    number = _number(value)
    return default if number is None or number > most else int(number)

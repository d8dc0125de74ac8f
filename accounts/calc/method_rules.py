"""What a way of paying allows and costs: limits, fees, the promise. Pure.

Terms hold for one method, one direction and one country (or every other one). Amounts are in the
method's currency; a day is the last 24 hours, a month the last 30 days.
"""

from dataclasses import dataclass
from decimal import Decimal

from backoffice.core.money import rounded
from backoffice.core.words import noop

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
#: What the house promises where nothing else is said: three business days in all.
DECIDE_HOURS, PAY_HOURS = 24, 48
#: Hours after the request at which staff are told that the promise runs.
NOTICES = (60, 84, 108)

CLOSED = noop("This way is closed now: take another one.")
CLOSED_THERE = noop("This way is not offered in your country: take another one.")
LEAST_IN = noop("This method takes {limit} at least.")
MOST_IN = noop("This method takes {limit} at most.")
LEAST_OUT = noop("This method pays {limit} at least.")
MOST_OUT = noop("This method pays {limit} at most.")
DAY = noop("This method moves {limit} within 24 hours at most; {left} are left.")
MONTH = noop("This method moves {limit} within 30 days at most; {left} are left.")
NOTHING_LEFT = noop("Nothing would be left of it after our fee of {limit}: take more than that.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds now. None: no limit. `provider_*`: what the provider keeps of a payout."""

    is_offered: bool = True
    is_of_country: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    day_limit: Decimal | None = None
    month_limit: Decimal | None = None
    fee_percent: Decimal = NOTHING
    fee_fixed: Decimal = NOTHING
    provider_percent: Decimal = NOTHING
    provider_fixed: Decimal = NOTHING
    decide_hours: int = DECIDE_HOURS
    pay_hours: int = PAY_HOURS
    notices: tuple[int, ...] = NOTICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a client moved by this method this way, within a day and a month."""

    day: Decimal = NOTHING
    month: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: one sentence with blanks, to be translated, and the amounts that fill them."""

    sentence: str
    limit: Decimal = NOTHING
    left: Decimal = NOTHING


def closed(terms: Terms) -> Refusal | None:
    """Return why this way takes nothing at all, whatever the amount; None when it does."""
    if terms.is_offered:
        return None
    return Refusal(CLOSED_THERE if terms.is_of_country else CLOSED)


def refusal(terms: Terms, amount: Decimal, used: Used, *, is_out: bool) -> Refusal | None:
    """Return why an amount cannot go this way; None when it can."""
    least, most = (LEAST_OUT, MOST_OUT) if is_out else (LEAST_IN, MOST_IN)
    shut = closed(terms)
    if shut is not None:
        return shut
    if terms.minimum is not None and amount < terms.minimum:
        return Refusal(least, terms.minimum)
    if terms.maximum is not None and amount > terms.maximum:
        return Refusal(most, terms.maximum)
    for sentence, limit, gone in (
        (DAY, terms.day_limit, used.day),
        (MONTH, terms.month_limit, used.month),
    ):
        if limit is not None and gone + amount > limit:
            return Refusal(sentence, limit, max(NOTHING, limit - gone))
    return None


def own_fee(terms: Terms, amount: Decimal, currency: str) -> Decimal:
    """Return what we take of an amount, a half cent upward."""
    return rounded(amount * terms.fee_percent / HUNDRED + terms.fee_fixed, currency)


def provider_fee(terms: Terms, amount: Decimal, currency: str) -> Decimal:
    """Return what the provider takes of a payout, a half cent upward."""
    return rounded(amount * terms.provider_percent / HUNDRED + terms.provider_fixed, currency)

"""How a figure is written for people: money, lots, prices, levels, ages, by the reader's language.

Everything takes Decimals (or whole hundredths of a lot) and returns text. `static/js/figures.js`
does the same in the browser; tests/backoffice/ui/test_figures.py compares them.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django.utils import dateformat, formats
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from backoffice.core import money
from backoffice.core.words import noop

NONE = "—"
MINUS = "\u2212"
NARROW = "\u202f"  # narrow no-break space, between a figure and its unit
LEVEL_CAP = Decimal(1000)
UNITS = ((86400, noop("d")), (3600, noop("h")), (60, noop("min")))  # of an age, in seconds


def plain(number: Decimal, digits: int) -> str:
    """Return the number with so many digits, thousands grouped, U+2212 for minus."""
    exact = (
        number.quantize(_step(digits), rounding=ROUND_HALF_UP) or _step(digits) * 0
    )  # no minus zero
    written = _separators(get_language() or "")
    if written is None:  # grouped otherwise than by threes
        text = formats.number_format(exact, decimal_pos=digits, use_l10n=True, force_grouping=True)
    else:
        text = f"{exact:,.{digits}f}".translate(written)
    return text.replace("-", MINUS)


@cache
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


@cache
def _separators(language: str) -> dict[int, str] | None:
    """Return what a language writes for comma and point; None where it groups in its own way.

    Django looks its formats up for every number; a list page writes hundreds.
    """
    if formats.get_format("NUMBER_GROUPING", language, use_l10n=True) != 3:
        return None
    return str.maketrans(
        {
            ",": str(formats.get_format("THOUSAND_SEPARATOR", language, use_l10n=True)),
            ".": str(formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=True)),
        }
    )


def copied(value: Decimal, currency: str) -> str:
    """Return an amount as it is pasted elsewhere: plain digits, a point, "-" for minus."""
    return f"{money.rounded(value, currency):f}"


def amount(value: Decimal | None, currency: str) -> str:
    """Return an amount with the digits of its currency, without the code; a dash for none."""
    return NONE if value is None else plain(value, money.digits(currency))


def signed(value: Decimal | None, digits: int = 2) -> str:
    """Return the number with its sign always; zero has none."""
    if value is None:
        return NONE
    text = plain(value, digits)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def sign(value: Decimal | None) -> str:
    """Return what colours a P&L: profit, loss, zero, or nothing where there is no figure."""
    if value is None:
        return ""
    if value == 0:
        return "zero"
    return "profit" if value > 0 else "loss"


def lots(hundredths: int | None) -> str:
    """Return a volume (whole hundredths of a lot) as lots with two decimals."""
    return NONE if hundredths is None else plain(Decimal(hundredths) / 100, 2)


def price(value: Decimal | None, digits: int) -> str:
    """Return a price with its symbol's digits, ungrouped as traders read it; zero is none."""
    if not value:
        return NONE
    return formats.number_format(
        value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP), decimal_pos=digits
    )


def pips(value: Decimal | None, digits: int) -> tuple[str, str, str]:
    """Return a price in three parts: before the two pip digits, these, and what follows."""
    text = price(value, digits)
    if text == NONE or digits < 2:
        return text, "", ""
    after = digits % 2
    end = len(text) - after
    return text[: end - 2], text[end - 2 : end], text[end:]


def level(percent: Decimal | None) -> str:
    """Return a margin level: one decimal, none from 1,000 % on; a dash when no margin is used."""
    if not percent:
        return NONE
    shown = percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{plain(percent, 0 if shown >= LEVEL_CAP else 1)}{NARROW}%"


def age(seconds: Decimal | int, *, fine: bool = False) -> str:
    """Return an age in few characters: 6 s, 4 min, 3 h, 2 d; `fine` shows tenths below 10 s."""
    whole = int(seconds)
    if fine and seconds < 10:
        return f"{plain(max(Decimal(0), Decimal(seconds)), 1)}{NARROW}s"
    for size, unit in UNITS:
        if whole >= size:
            return f"{whole // size}{NARROW}{_(unit)}"
    return f"{max(0, whole)}{NARROW}s"


def moment(here: datetime) -> str:
    """Return a moment of the reader's zone in full: 5 Nov 2026 09:15:00."""
    return f"{day(here)} {here.year} {clock(here)}:{here.second:02}"


def clock(here: datetime) -> str:
    """Return the time of day of a moment of the reader's zone: 09:15. Quicker than a format."""
    return f"{here.hour:02}:{here.minute:02}"


def day(here: datetime) -> str:
    """Return the day of a moment of the reader's zone, without its year: 5 Nov."""
    return f"{here.day} {_month(here.month, get_language() or '')}"


@cache
def _month(number: int, language: str) -> str:
    """Return a month's short name; Django looks at each letter of a format, row after row."""
    return dateformat.format(datetime(2001, number, 1), "M")  # noqa: DTZ001 - of no zone


def ago(at: datetime, now: datetime) -> str:
    """Return how long ago a moment was, or how far ahead it is; after a month its date."""
    passed = now - at
    if passed <= timedelta(minutes=-1):
        return ahead(at, -passed)
    if passed < timedelta(minutes=1):
        return _("just now")
    if passed < timedelta(hours=1):
        minutes = passed // timedelta(minutes=1)
        return ngettext("%(count)d min ago", "%(count)d min ago", minutes) % {"count": minutes}
    if passed < timedelta(days=1):
        hours = passed // timedelta(hours=1)
        return ngettext("%(count)d h ago", "%(count)d h ago", hours) % {"count": hours}
    if passed < timedelta(days=31):
        return ngettext("%(count)d d ago", "%(count)d d ago", passed.days) % {"count": passed.days}
    return formats.date_format(at, "j M Y")


def ahead(at: datetime, left: timedelta) -> str:
    """Return how far ahead a moment is, in words; from a month on its date."""
    if left < timedelta(hours=1):
        return _("in %(count)d min") % {"count": left // timedelta(minutes=1)}
    if left < timedelta(days=1):
        return _("in %(count)d h") % {"count": left // timedelta(hours=1)}
    if left < timedelta(days=31):
        return _("in %(count)d d") % {"count": left.days}
    return formats.date_format(at, "j M Y")


def counted(number: int, cap: int = 1000) -> str:
    """Return a count that is never counted to the end: exact up to the cap, then 1,000+."""
    return f"{plain(Decimal(cap), 0)}+" if number > cap else plain(Decimal(number), 0)

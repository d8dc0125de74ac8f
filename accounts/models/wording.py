"""A check's sentence with its figures, as people read them: grouped, with the currency after them.

Checks keep their facts as plain text ("12480.00 USD", "93.50 %"), which a machine can read back.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from backoffice.ui import figures

MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3,4})")
PERCENT = re.compile(r"(-?\d+(?:\.\d+)?) %")


class _Spoken(dict[str, str]):
    """Facts, each written for people when a sentence names it: most checks keep more than that."""

    def __getitem__(self, name: str) -> str:
        return written(super().__getitem__(name))


def worded(sentence: str, facts: Mapping[str, str]) -> str:
    """Return the sentence in the reader's language, its amounts and levels by the house's rule."""
    return _(sentence).format_map(_Spoken(facts))


def written(value: str) -> str:
    """Return one fact as it is read: an amount grouped, a level cut; any other word as it is."""
    if (amount := MONEY.fullmatch(value)) is not None:
        return f"{_grouped(amount[1])}{figures.NARROW}{amount[2]}"
    if (level := PERCENT.fullmatch(value)) is not None:
        return figures.level(Decimal(level[1]))
    return value


def money(amount: Decimal, currency: str) -> str:
    """Return an amount with its code, as a sentence says it."""
    return f"{figures.amount(amount, currency)}{figures.NARROW}{currency}"


def demo(login: int) -> str:
    """Return why no money moves on a demo account."""
    sentence = _("Account %(login)s is a demo: its money is made up and cannot be moved.")
    return sentence % {"login": login}


def _grouped(digits: str) -> str:
    number = Decimal(digits)
    return figures.plain(number, max(0, -int(number.as_tuple().exponent)))

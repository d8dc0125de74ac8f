"""Do the books and MetaTrader agree? What was refused and moved all the same needs two people."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries import books
from backoffice.health.checks.part import DOWN, LATE, OK, Part


def check(now: datetime) -> Part:
    """Count what the latest comparisons of the accounts found."""
    differing = books.count_discrepancies()
    label = _("Books")
    if differing.denied:
        sentence = ngettext(
            "MetaTrader booked %(count)d withdrawal that it had refused.",
            "MetaTrader booked %(count)d withdrawals that it had refused.",
            differing.denied,
        )
        return Part("books", label, DOWN, sentence % {"count": differing.denied})
    if differing.all:
        sentence = ngettext(
            "%(count)d difference from MetaTrader is not explained.",
            "%(count)d differences from MetaTrader are not explained.",
            differing.all,
        )
        return Part("books", label, LATE, sentence % {"count": differing.all})
    return Part("books", label, OK, _("They agree with MetaTrader."))

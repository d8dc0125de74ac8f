"""Do the books show what the banks' statements show? And does anything lie in suspense too long?"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries.bank import standing
from backoffice.health.checks.part import DOWN, LATE, OK, Part

#: What is nobody's for longer than this is late.
TOO_LONG = timedelta(days=5)


def check(now: datetime) -> Part:
    """Hold the books of every bank account against its statement; look for old suspense."""
    label = _("Bank")
    differing = standing.differing()
    if differing:
        sentence = ngettext(
            "The books of %(count)d bank account differ from its statement.",
            "The books of %(count)d bank accounts differ from their statements.",
            len(differing),
        )
        return Part("bank", label, DOWN, sentence % {"count": len(differing)})
    oldest = standing.oldest_free_row()
    if oldest is not None and now.date() - oldest > TOO_LONG:
        days = (now.date() - oldest).days
        sentence = _("Money at the bank is nobody's since %(days)d days.") % {"days": days}
        return Part("bank", label, LATE, sentence)
    return Part("bank", label, OK, _("The books show what the statements show."))

"""Do providers settle what the books say? What differs waits for a provider, or for two people."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries.reconciling import differences
from backoffice.health.checks.part import LATE, OK, Part


def check(now: datetime) -> Part:
    """Count what the latest comparisons of the settlements found."""
    differing = differences.count_settled_otherwise()
    label = _("Settlements")
    if not differing:
        return Part("settlements", label, OK, _("Providers settled what the books say."))
    sentence = ngettext(
        "%(count)d payment is settled otherwise than booked.",
        "%(count)d payments are settled otherwise than booked.",
        differing,
    )
    return Part("settlements", label, LATE, sentence % {"count": differing})

"""Has every transfer that left its source arrived, or gone back? Else it is in flight."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries.transfers import standing
from backoffice.health.checks.part import LATE, OK, Part


def check(now: datetime) -> Part:
    """Count the transfers of which one leg moved and the other did not."""
    count = standing.count_in_flight(now)
    if not count:
        return Part("transfers", _("Transfers"), OK, _("All that left its source arrived."))
    sentence = ngettext(
        "%(count)d transfer left its source and did not arrive.",
        "%(count)d transfers left their source and did not arrive.",
        count,
    )
    return Part("transfers", _("Transfers"), LATE, sentence % {"count": count})

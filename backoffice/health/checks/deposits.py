"""Has every deposit that came in reached MetaTrader? What has not in two minutes is in flight."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.queries import deposits
from backoffice.health.checks.part import LATE, OK, Part


def check(now: datetime) -> Part:
    """Count the deposits of which only our side has the money."""
    count = deposits.count_in_flight(now)
    if not count:
        return Part("deposits", _("Deposits"), OK, _("All that came in is in MetaTrader."))
    sentence = ngettext(
        "%(count)d deposit came in and is not in MetaTrader.",
        "%(count)d deposits came in and are not in MetaTrader.",
        count,
    )
    return Part("deposits", _("Deposits"), LATE, sentence % {"count": count})

"""Does money wait too long for a person who books it in the MT4 Manager?"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.health.checks.part import LATE, OK, Part
from trading.queries import by_hand

TOO_LONG = timedelta(hours=1)


def check(now: datetime) -> Part:
    """Look at the oldest money command that nobody booked yet."""
    label = _("Booked by hand")
    waiting = by_hand.oldest()
    if waiting.since is None:
        return Part("by_hand", label, OK, _("Nothing waits to be booked by hand."))
    sentence = ngettext(
        "%(count)d operation waits to be booked by hand.",
        "%(count)d operations wait to be booked by hand.",
        waiting.count,
    )
    is_late = now - waiting.since > TOO_LONG
    return Part("by_hand", label, LATE if is_late else OK, sentence % {"count": waiting.count})

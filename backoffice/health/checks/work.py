"""Does the work list get shorter? What is due is taken soon; what is stuck needs a person."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.core import work
from backoffice.health.checks.part import DOWN, LATE, OK, Part

MANY = 500


def check(now: datetime) -> Part:
    """Look at its depth."""
    depth = work.depth(now)
    label = _("Work list")
    if depth.stuck:
        sentence = ngettext(
            "%(count)d piece waits for a person.",
            "%(count)d pieces wait for a person.",
            depth.stuck,
        )
        return Part("work", label, DOWN, sentence % {"count": depth.stuck})
    if not depth.due:
        return Part("work", label, OK, _("Nothing is due."))
    sentence = ngettext("%(count)d piece is due.", "%(count)d pieces are due.", depth.due)
    return Part("work", label, LATE if depth.due > MANY else OK, sentence % {"count": depth.due})

"""Is what was done proved? Numbered, signed and witnessed within a minute, and no guard asleep."""

from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from backoffice.audit.queries import standing
from backoffice.health.checks.part import DOWN, LATE, OK, Part


def check(now: datetime) -> Part:
    """Look how the log stands."""
    state = standing.standing(now)
    label = _("Audit log")
    if state.trouble:
        return Part("audit", label, DOWN if state.is_broken else LATE, state.trouble[0])
    sentence = _("%(size)s entries, witnessed up to %(cosigned)s.")
    words = sentence % {"size": intcomma(state.size), "cosigned": intcomma(state.cosigned)}
    return Part("audit", label, OK, words)

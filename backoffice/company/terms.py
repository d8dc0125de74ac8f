"""Words of the house that more than one app checks."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def _known_timezones() -> frozenset[str]:
    """Every name of the time zone database; reading them walks through its whole folder."""
    return frozenset(available_timezones())


def check_timezone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in _known_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})

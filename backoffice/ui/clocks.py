"""Local times: what the clock says where a client lives."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.ui import figures


def zone_of(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name, or None for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def difference(name: str, now: datetime) -> str:
    """Return how far a zone is from the reader's: "+1 h", "−4:30 h", or nothing for the same."""
    zone = zone_of(name)
    if zone is None:
        return ""
    there, here = now.astimezone(zone).utcoffset(), timezone.localtime(now).utcoffset()
    minutes = (
        int((there - here).total_seconds() // 60) if there is not None and here is not None else 0
    )
    if not minutes:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else figures.MINUS
    return f"{sign}{hours}{f':{rest:02}' if rest else ''} h"


def there(name: str, now: datetime) -> SafeString:
    """Return the local time in a zone with its difference; a dash for an unknown zone."""
    zone = zone_of(name) if name else None
    if zone is None:
        return format_html('<span class="faint">{}</span>', figures.NONE)
    gap = difference(name, now)
    return format_html(
        '<span class="figure" data-clock="{}">{}</span>{}',
        name,
        f"{now.astimezone(zone):%H:%M}",
        format_html(' <span class="faint small">{}</span>', gap) if gap else "",
    )

"""The smallest pieces of a page as HTML: icon, badge, figure, live figure, age, moment.

Template tags and table columns both draw from here, so that a figure looks the same everywhere.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.core import money
from backoffice.ui import ages, badges, figures
from backoffice.ui.drawing.markup import html, joined

EMPTY = SafeString("")
TAG_HUES = 10
CLOCKS = {"H:i": "%H:%M", "H:i:s": "%H:%M:%S"}  # the same in every language
EVENT_ICONS = {
    "crm.": "person",
    "identity.": "person",
    "trading.balance": "money",
    "trading.": "account",
    "accounts.": "money",
}


@dataclass(frozen=True)
class Source:
    """Where a live figure comes from: `topic:field`, when it was true, and who is looking when."""

    mark: str
    at: datetime | None
    now: datetime


@cache
def icon(name: str) -> SafeString:
    """Return a drawing of the sprite; words beside it say the same."""
    return html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons/sprite.svg"),
        name,
    )


def event_icon(name: str) -> SafeString:
    """Return the drawing of an event's kind, by the beginning of its name."""
    found = (drawing for prefix, drawing in EVENT_ICONS.items() if name.startswith(prefix))
    return icon(next(found, "record"))


def badge(family: str, state: object, detail: str = "") -> SafeString:
    """Return a state as shape and word in the tint of its meaning."""
    return _badge(family, str(state), detail, get_language() or "")


def stage(family: str, state: object, words: str) -> SafeString:
    """Return a state in its shape and tint with other words: those of a client."""
    found = badges.find(family, str(state))
    return html('<span class="badge badge-{}">{}{}</span>', found.tone, icon(found.icon), words)


@lru_cache(maxsize=500)
def _badge(family: str, state: str, detail: str, language: str) -> SafeString:
    found = badges.find(family, state)
    word = f"{_(found.word)} {detail}".strip()
    return html('<span class="badge badge-{}">{}{}</span>', found.tone, icon(found.icon), word)


@lru_cache(maxsize=1000)
def tag(name: str) -> SafeString:
    """Return a tag: a dot of a hue that its name decides, and the name."""
    hue = zlib.crc32(name.encode()) % TAG_HUES
    return html('<span class="tag tag-{}">{}</span>', hue, name)


def amount(value: Decimal | None, currency: str, *, unit: bool = True) -> SafeString:
    """Return a plain amount; zero is faint; the code follows unless the head already names it."""
    css = "figure zero" if value == 0 else "figure"
    return _with_unit(
        html('<span class="{}">{}</span>', css, figures.amount(value, currency)),
        currency if unit and value is not None else "",
    )


def amounts(sums: Iterable[tuple[Decimal, str]]) -> SafeString:
    """Return sums of several currencies, each with its code on a line of its own."""
    return joined(html('<span class="sum">{}</span>', amount(total, code)) for total, code in sums)


def result(value: Decimal | None, currency: str, *, unit: bool = True) -> SafeString:
    """Return a profit or loss: signed and coloured by its sign."""
    text = figures.signed(value, money.digits(currency))
    return _with_unit(
        html('<span class="figure {}">{}</span>', figures.sign(value), text),
        currency if unit and value is not None else "",
    )


def price(value: Decimal | None, digits: int) -> SafeString:
    """Return a price with its two pip digits in weight 600."""
    before, pip, after = figures.pips(value, digits)
    if not pip:
        return html('<span class="figure">{}</span>', before)
    return html('<span class="figure">{}<b class="pip">{}</b>{}</span>', before, pip, after)


def live(kind: str, value: Decimal | None, digits: int, source: Source) -> SafeString:
    """Return a figure that the socket keeps true: its text, and what the browser needs.

    Kinds: amount, result (signed, coloured), level, price. The age is drawn only when it is late.
    """
    state = ages.state(source.at, source.now, ages.MIRROR) if source.at else ""
    return html(
        '<span class="live" data-live="{}" data-kind="{}" data-digits="{}" data-at="{}"'
        ' data-age="{}">{}</span>',
        source.mark,
        kind,
        digits,
        ages.stamp(source.at),
        state,
        _unknown() if value is None and source.at else _drawn(kind, value, digits),
    )


def age_slot(
    at: datetime | None, now: datetime, patience: ages.Patience = ages.MIRROR
) -> SafeString:
    """Return the fixed slot beside a figure in which its age appears when it is late."""
    state = ages.state(at, now, patience) if at else ""
    text = "" if at is None or state == "fresh" else figures.age(ages.seconds(at, now))
    return html('<span class="age" data-age="{}">{}</span>', state, text)


def stamp(
    topic: str, at: datetime | None, now: datetime, *, name: str = "", is_unreachable: bool = False
) -> SafeString:
    """Return the one age of a group of figures, kept by the socket: a light, a word, the age."""
    state = "unreachable" if is_unreachable else ages.state(at, now)
    return html(
        '<span class="stamp" data-live="{}" data-kind="stamp" data-name="{}" data-at="{}"'
        ' data-age="{}" data-status="{}"><span class="light"></span>'
        '<span class="stamp-word">{}</span><span class="stamp-age">{}</span></span>',
        topic,
        name,
        ages.stamp(at),
        state,
        "unreachable" if is_unreachable else "",
        _(ages.WORDS[state]),
        figures.NONE if at is None else figures.age(ages.seconds(at, now), fine=True),
    )


def light(state: str) -> SafeString:
    """Return a part's light and word: shape and colour by its state."""
    age = {"ok": "fresh", "late": "ageing"}.get(state, "unreachable")
    word = _(badges.find("part", state).word)
    return html('<span class="stamp" data-age="{}"><span class="light"></span>{}</span>', age, word)


def moment(
    at: datetime | None, now: datetime, *, absolute: bool = False, zoned: bool = True
) -> SafeString:
    """Return a moment: relative while it is young, in full with its zone where money is concerned.

    On hover it says the reader's own zone, and UTC where that is another one. Not `zoned`, in the
    narrow cells of tables, the zone stands on hover, in the column's head and at the foot.
    """
    if at is None:
        return html('<span class="faint">{}</span>', figures.NONE)
    if not absolute:
        return _time(at, figures.ago(at, now))
    here = timezone.localtime(at)
    text = figures.moment(here)
    if not zoned:
        return _time(at, text)
    return _time(at, html('{}<span class="unit">{}</span>', text, here.tzname()))


def clock(at: datetime | None, form: str = "H:i:s") -> SafeString:
    """Return the time of day of a moment (Django's date format); the day and the zones on hover."""
    if at is None:
        return EMPTY
    here = timezone.localtime(at)
    plain = CLOCKS.get(form)
    return _time(at, f"{here:{plain}}" if plain else formats.date_format(here, form))


def _time(at: datetime, text: object) -> SafeString:
    here = timezone.localtime(at)
    told = f"{figures.moment(here)} {here.tzname()}"
    if here.utcoffset():
        told += f" · {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), told, text)


def local_time(name: str, now: datetime) -> SafeString:
    """Return the local time in a zone with its difference; a dash for an unknown zone."""
    here = timezone.get_current_timezone_name()
    minute = now.replace(second=0, microsecond=0)  # a list asks the same few zones row after row
    return _local_time(name, minute, here)


@lru_cache(maxsize=500)
def _local_time(name: str, now: datetime, here: str) -> SafeString:
    zone = _zone(name) if name else None
    if zone is None:
        return html('<span class="faint">{}</span>', figures.NONE)
    gap = _difference(name, now)
    return html(
        '<span class="figure" data-clock="{}">{}</span>{}',
        name,
        f"{now.astimezone(zone):%H:%M}",
        html(' <span class="faint small">{}</span>', gap) if gap else "",
    )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _difference(name: str, now: datetime) -> str:
    zone = _zone(name)
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


def _unknown() -> SafeString:
    return html('<span class="figure zero" title="{}">?</span>', _("Not known: a quote is missing"))


def _drawn(kind: str, value: Decimal | None, digits: int) -> SafeString:
    match kind:
        case "result":
            text, css = figures.signed(value, digits), f"figure {figures.sign(value)}"
        case "level":
            text, css = figures.level(value), "figure"
        case "price":
            return price(value, digits)
        case _:
            text = figures.NONE if value is None else figures.plain(value, digits)
            css = "figure zero" if value == 0 else "figure"
    return html('<span class="{}">{}</span>', css, text)


def _with_unit(figure: SafeString, unit: str) -> SafeString:
    return html('{}<span class="unit">{}</span>', figure, unit) if unit else figure

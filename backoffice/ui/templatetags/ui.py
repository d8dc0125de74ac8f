"""Template tags of the staff screens: figures, badges, moments and icons are drawn by tag only."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from backoffice.core import money as currencies
from backoffice.ui import ages, figures, marks
from backoffice.ui.drawing import heads as drawn

register = template.Library()

register.simple_tag(marks.icon, name="icon")
register.simple_tag(marks.event_icon, name="event_icon")
register.simple_tag(marks.badge, name="badge")
register.simple_tag(marks.stage, name="stage")
register.simple_tag(marks.tag, name="tag")
register.simple_tag(marks.price, name="price")
register.simple_tag(marks.clock, name="clock")
register.simple_tag(figures.lots, name="lots")
register.simple_tag(figures.counted, name="counted")
register.simple_tag(figures.level, name="level")
register.simple_tag(figures.amount, name="digits")
register.simple_tag(figures.copied, name="copied")


@register.filter
def language(code: str) -> str:
    """Return a language's name in the reader's own; a code that Django does not know stays."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.simple_tag
def money(value: Decimal | None, currency: str, unit: bool = True) -> SafeString:
    """Draw a plain amount with its currency."""
    return marks.amount(value, currency, unit=unit)


@register.simple_tag
def pnl(value: Decimal | None, currency: str, unit: bool = True) -> SafeString:
    """Draw a profit or loss: signed and coloured."""
    return marks.result(value, currency, unit=unit)


@register.simple_tag(takes_context=True)
def live(
    context: Context,
    topic: str,
    field: str,
    value: Decimal | None,
    currency: str,
    kind: str = "amount",
) -> SafeString:
    """Draw an amount, a result or a level that the socket keeps true; `figures` says when."""
    figures_at = context["figures"].figures_at
    source = marks.Source(mark=f"{topic}:{field}", at=figures_at, now=context["now"])
    return marks.live(kind, value, currencies.digits(currency), source)


@register.simple_tag
def topic(kind: str, key: int) -> str:
    """Return the name of a live topic: account:12."""
    return f"{kind}:{key}"


@register.simple_tag(takes_context=True)
def age(context: Context, at: datetime | None, source: str = "mirror") -> SafeString:
    """Draw the slot in which a figure's age appears when it is late."""
    return marks.age_slot(at, context["now"], ages.PATIENCE[source])


@register.simple_tag(takes_context=True)
def stamp(context: Context, topic: str, at: datetime | None, name: str = "") -> SafeString:
    """Draw the one age of a group of figures: "live · 0.8 s"."""
    return marks.stamp(topic, at, context["now"], name=name)


@register.simple_tag(takes_context=True)
def when(context: Context, at: datetime | None) -> SafeString:
    """Draw a moment: relative while young, with zones on hover."""
    return marks.moment(at, context["now"])


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None) -> SafeString:
    """Draw a moment in full, as money records show it."""
    return marks.moment(at, context["now"], absolute=True)


@register.simple_tag(takes_context=True)
def local_time(context: Context, zone: str) -> SafeString:
    """Draw what time it is now in a zone, and how far that is from the reader: 15:04 (+1 h)."""
    return marks.local_time(zone, context["now"])


@register.simple_tag(takes_context=True)
def allowed(context: Context, permission: str) -> bool:
    """Tell whether the reader holds a permission; without it a block is absent."""
    return bool(context["request"].user.may(permission))


@register.simple_tag(takes_context=True)
def heads(context: Context, table: Any) -> SafeString:
    """Draw the heads of a table: their words, and links where sorting is on offer."""
    sort: Any = context.get("sort", "")
    sorts: Any = context.get("sorts", ())
    return drawn.heads(table, sort, sorts, context["request"].GET)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """Return this page's query with some values set, or taken off by None."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag
def person(names: Mapping[str, str], actor: str) -> str:
    """Return the name of an actor ("staff:42") out of those the page knows."""
    return names.get(actor, actor) or figures.NONE


@register.filter
def spaced(code: str) -> str:
    """Return a field's own word without its underscores: legal_entity, legal entity."""
    return code.replace("_", " ")


@register.filter
def plain(number: Decimal | None) -> str:
    """Return a rate or a percentage with the digits that say something: 0.5, not 0.5000."""
    return figures.NONE if number is None else f"{number.normalize():f}"


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words: Iterable[str] = [word for word in name.split() if word]
    letters = [word[0].upper() for word in words]
    return "".join(letters[:1] + letters[1:][-1:]) or "?"


@register.simple_tag(takes_context=True)
def server_light(context: Context, server: Any) -> SafeString:
    """Draw a server's light with the age of its latest message (a trading Freshness)."""
    return marks.stamp(
        server.topic,
        server.live_at,
        context["now"],
        name=server.name,
        is_unreachable=server.live_status == "unreachable" or server.live_at is None,
    )


@register.simple_tag
def light(state: str) -> SafeString:
    """Draw a light with its word, as the footer does: In step, Late, Down."""
    return marks.light(state)

"""How events are read: the timeline of whom they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import formats
from django.utils.translation import gettext

from backoffice.core import events, money
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord, EventSubject
from backoffice.core.outbox import sealing


@dataclass(frozen=True)
class EventView:
    """One event, ready for a timeline. `number` is the cursor for the page before it."""

    number: int
    name: str
    at: datetime
    actor: Actor
    fields: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        """The sentence in the reader's language, with the actor as `staff:42`."""
        return self.told_by(str(self.actor))

    def told_by(self, actor_name: str) -> str:
        """Return the sentence with the actor's name; a retired event is told by its name alone."""
        try:
            kind = events.named(self.name)
        except events.UnknownEvent:
            return f"{actor_name}: {self.name}"
        words = {
            field: gettext(table.get(self.fields[field], str(self.fields[field])))
            for field, table in kind.vocabulary.items()
            if self.fields.get(field)
        }
        sums = {
            field: _grouped(self.fields[field], str(self.fields.get("currency") or ""))
            for field in events.amounts_of(self.name)
            if self.fields.get(field)
        }
        spoken = _Spoken({**self.fields, **words, **sums}, actor=actor_name)
        return gettext(kind.sentence).format_map(spoken)


def _grouped(digits: str, currency: str) -> str:
    """Return a Decimal's text as people read it: thousands grouped, U+2212.

    No digit is lost; noughts beyond those of its currency say nothing and are left out.
    """
    number = Decimal(digits)
    if currency and money.is_exact(number, currency):
        number = money.rounded(number, currency)
    places = max(0, -int(number.as_tuple().exponent))
    text = formats.number_format(number, decimal_pos=places, use_l10n=True, force_grouping=True)
    return str(text).replace("-", "\u2212")


class _Spoken(dict[str, Any]):
    def __missing__(self, word: str) -> str:  # a field that this event's record is too old to have
        return "—"


def for_subject(
    kind: str, key: int | str, *, before: int | None = None, limit: int = 50
) -> list[EventView]:
    """Return what happened to this subject, newest first; `before` is the number to go on from."""
    links = EventSubject.objects.filter(kind=kind, key=str(key))
    if before is not None:
        links = links.filter(event_id__lt=before)
    newest = links.select_related("event").order_by("-event_id")[:limit]
    rows = [link.event for link in newest]
    opened = sealing.opened([row.told()["fields"] for row in rows])
    return [view(row, fields) for row, fields in zip(rows, opened, strict=True)]


def all_events() -> QuerySet[EventRecord]:
    """Return every event; the caller narrows and orders. For the audit room."""
    return EventRecord.objects.all()


def view(record: EventRecord, fields: Mapping[str, Any] | None = None) -> EventView:
    """Return a record as people read it; `fields` as far as its reader may open what is sealed.

    Without them, what is sealed stays covered.
    """
    if fields is None:
        fields = sealing.covered(record.told()["fields"])
    return EventView(
        number=record.pk,
        name=record.name,
        at=record.occurred_at,
        actor=Actor.parse(record.actor),
        fields=fields,
    )

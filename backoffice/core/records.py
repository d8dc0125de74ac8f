"""How events are read: the timeline of whom they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext

from backoffice.core import events, money
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.models import EventRecord
from backoffice.core.outbox import sealing

NEWEST = 2**63 - 1  # the place before which every event stands


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

    @property
    def person_ids(self) -> set[int]:
        """The users whom the sentence names, the actor among them where it is no part of ours."""
        try:
            found = [self.fields.get(field) for field in events.persons_of(self.name)]
        except events.UnknownEvent:
            found = []
        actor = [] if self.actor.kind == "system" else [int(self.actor.key)]
        return {number for one in found if (number := _number(one)) is not None}.union(actor)

    def told_by(
        self,
        actor_name: str,
        names: Mapping[int, str] | None = None,
        *,
        words: Mapping[str, str] | None = None,
    ) -> str:
        """Return the sentence with the actor's name, and those of users where `names` has them.

        `words` says fields otherwise than they are kept. A retired event is told by its name.
        """
        try:
            kind = events.named(self.name)
        except events.UnknownEvent:
            return f"{actor_name}: {self.name}"
        vocabulary = {
            field: gettext(table.get(self.fields[field], str(self.fields[field])))
            for field, table in kind.vocabulary.items()
            if self.fields.get(field)
        }
        sums = {
            field: _grouped(self.fields[field], str(self.fields.get("currency") or ""))
            for field in events.amounts_of(self.name)
            if self.fields.get(field)
        }
        plain = {field: _spoken(value) for field, value in self.fields.items()}
        known = names or {}
        who = {
            field: known[number]
            for field in events.persons_of(self.name)
            if (number := _number(self.fields.get(field))) in known and number is not None
        }
        moments = {
            field: _moment(self.fields[field])
            for field in events.moments_of(self.name)
            if self.fields.get(field)
        }
        spoken = _Spoken(
            {**plain, **moments, **who, **vocabulary, **sums, **(words or {})}, actor=actor_name
        )
        return gettext(kind.sentence).format_map(spoken)


def _number(value: Any) -> int | None:
    return int(value) if value is not None and str(value).isdecimal() else None


def _spoken(value: Any) -> Any:
    """Return a field as people read it: no list, no None, no True."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value) or gettext("nothing")
    return value


def _moment(text: str) -> str:
    here = timezone.localtime(datetime.fromisoformat(text))
    return f"{formats.date_format(here, 'j M Y H:i')} {here.tzname()}"


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
    kind: str, key: int | str, *, before: int | None = None, limit: int = 50, but: str = ""
) -> list[EventView]:
    """Return what happened to this subject, newest first; `before` is the number to go on from.

    Events called `but` are left out.
    """
    values: list[object] = [kind, str(key), NEWEST if before is None else before]
    rows = _about(limit, bool(but)).all(*values, *([but] if but else []))
    opened = sealing.opened([row.told()["fields"] for row in rows])
    return [view(row, fields) for row, fields in zip(rows, opened, strict=True)]


@cache
def _about(limit: int, leaves_out: bool) -> Question[EventRecord]:
    def newest(kind: str, key: str, before: int, but: str = "") -> QuerySet[EventRecord]:
        about = EventRecord.objects.filter(
            subjects__kind=kind, subjects__key=key, subjects__event_id__lt=before
        )
        left = about.exclude(name=but) if leaves_out else about
        return left.order_by("-subjects__event_id")[:limit]

    return Question(newest, str, str, int, *([str] if leaves_out else []))


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

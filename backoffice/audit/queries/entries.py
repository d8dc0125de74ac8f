"""What was done and which rows changed: lists, one object's history, one person's day.

Whoever reads the log by a role that is bound to a legal entity sees nothing: no entry knows one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.audit.models import Change, Leaf
from backoffice.audit.models.tree import CHANGE, EVENT
from backoffice.audit.permissions import SEE_AUDIT
from backoffice.core import events, records
from backoffice.core.access import Reaching, restrict
from backoffice.core.outbox import sealing

ORDERS: dict[str, Sequence[str]] = {"-id": ("-id",), "id": ("id",)}
SLACK = 1000  # numbers and moments of entries rise together, but for those written at one time
ACTOR = r"^((staff|client|machine):[0-9]{1,18}|(system|database):[^: ]{1,60})$"
LONGEST_NUMBER = 18
PERSONAL = "crm.client.see_contacts"  # crm stands above audit: its names are not imported here
SHOWN_AT_MOST = 200
EXPORTED_AT_MOST = 20_000
HEADS = (
    _("Number"),
    _("When (UTC)"),
    _("Actor"),
    _("Name"),
    _("Event"),
    _("About"),
    _("What"),
    _("From address"),
)
WHENCE = (
    ("address", _("From address")),
    ("device", _("Device")),
    ("request", _("Request's mark")),
    ("session", _("Session's mark")),
)
VERBS = {"insert": _("added"), "update": _("changed"), "delete": _("removed")}
SUBJECTS = ("client", "account", "payment", "staff", "user", "server", "command", "door")
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def list_events_for(user: Reaching) -> QuerySet[Any]:
    """Return every event, for whoever may read the log."""
    return restrict(records.all_events(), user, SEE_AUDIT)


def list_changes_for(user: Reaching) -> QuerySet[Change]:
    """Return every change of a row, for whoever may read the log."""
    return restrict(Change.objects.all(), user, SEE_AUDIT)


def kinds() -> list[tuple[str, str]]:
    """Return the rooms of events and each event's name, for a choice."""
    names = list(events.registered())
    rooms = sorted({name.partition(".")[0] for name in names})
    return [
        *((f"{room}.", f"{room}: {_('everything')}") for room in rooms),
        *((name, _in_words(name)) for name in names),
    ]


def _in_words(name: str) -> str:
    """Return an event's name as it is read: identity: user signed in."""
    room, _dot, rest = name.partition(".")
    return f"{room}: {rest.replace('.', ' ').replace('_', ' ')}"


class EntryFilter(django_filters.FilterSet):
    """What narrows events and changes alike: who, from which address, in which period."""

    actor = django_filters.CharFilter(method="by_actor", label=_("Who (staff:42)"), max_length=80)
    address = django_filters.CharFilter(label=_("Address"), max_length=45)
    since = django_filters.DateFilter(method="by_first_day", label=_("From"), widget=DATE)
    until = django_filters.DateFilter(
        method="by_last_day", label=_("To, with this day"), widget=DATE
    )

    def by_actor(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Match one actor; a bare number is a member of staff."""
        text = text.strip()
        return rows.filter(actor=f"staff:{text}" if text.isdecimal() else text)

    def by_first_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """Begin with a day of the reader's own zone."""
        return since(rows, _start(day))

    def by_last_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """End with a day of the reader's own zone."""
        return before(rows, _start(day + timedelta(days=1)))


class EventFilter(EntryFilter):
    """What narrows the list of acts."""

    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=100)
    kind = django_filters.ChoiceFilter(method="by_kind", label=_("What"), choices=kinds)

    class Meta:
        model = records.all_events().model
        fields: tuple[str, ...] = ()

    def by_text(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Find `client:12` or `client 12` as whom it is about; a number as the entry's own."""
        kind, _sign, key = text.strip().replace(" ", ":").partition(":")
        if key:
            return rows.filter(subjects__kind=kind, subjects__key=key)
        if kind.isdecimal() and len(kind) <= LONGEST_NUMBER:
            return rows.filter(pk=int(kind))
        return rows.filter(name__startswith=kind)

    def by_kind(self, rows: QuerySet[Any], name: str, kind: str) -> QuerySet[Any]:
        """Match one event, or all of a room."""
        if kind.endswith("."):
            return rows.filter(
                name__in=[one for one in events.registered() if one.startswith(kind)]
            )
        return rows.filter(name=kind)


class ChangeFilter(EntryFilter):
    """What narrows the list of changed rows."""

    q = django_filters.CharFilter(method="by_row", label=_("Search"), max_length=100)
    verb = django_filters.ChoiceFilter(
        label=_("What"),
        choices=[("insert", _("added")), ("update", _("changed")), ("delete", _("removed"))],
    )
    nameless = django_filters.BooleanFilter(method="by_hand", label=_("By no act of the house"))

    class Meta:
        model = Change
        fields: tuple[str, ...] = ()

    def by_row(self, rows: QuerySet[Change], name: str, text: str) -> QuerySet[Change]:
        """Find `crm_client 12`, or a table."""
        table, _sign, key = text.strip().replace(":", " ").partition(" ")
        rows = rows.filter(table_name=table)
        return rows.filter(row_key=key.strip()) if key.strip() else rows

    def by_hand(self, rows: QuerySet[Change], name: str, wanted: bool) -> QuerySet[Change]:
        """Find what no event told of: raw SQL, for example."""
        nameless = {"actor__startswith": "database:"}
        return rows.filter(**nameless) if wanted else rows.exclude(**nameless)


def since(rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    """Narrow to what was recorded at a moment or later."""
    if rows.model is not Change:
        rows = rows.filter(pk__gt=_number_at(moment) - SLACK)
    return rows.filter(recorded_at__gte=moment)


def before(rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    """Narrow to what was recorded before a moment."""
    if rows.model is not Change:
        rows = rows.filter(pk__lte=_number_at(moment) + SLACK)
    return rows.filter(recorded_at__lt=moment)


@dataclass(frozen=True)
class ChangedRow:
    """A changed row, column by column: its name, before, after."""

    record: Change
    columns: Sequence[tuple[str, str | None, str | None]]

    @property
    def verb(self) -> str:
        """What was done to it: added, changed, removed."""
        return str(VERBS[self.record.verb])


@dataclass(frozen=True)
class Entry:
    """One entry with everything that belongs to it; `event` None: a change that none told of."""

    record: Any
    told: Mapping[str, Any]
    name: str
    sentence: str
    changes: Sequence[ChangedRow]
    leaf_index: int | None
    event: Any = None
    #: Whether it shows a person's data to this reader: then the look is told.
    is_personal: bool = False

    @property
    def whence(self) -> list[tuple[Any, str]]:
        """Where it came from, in words and values; of a part of the system there is little."""
        origin = self.told.get("origin", {})
        return [(label, origin.get(name, "")) for name, label in WHENCE]


def get_entry_for(user: Any, number: int | None) -> Entry | None:
    """Return an event with the rows that changed beside it; the newest where none is named."""
    rows = list_events_for(user)
    record = rows.filter(pk=number).first() if number is not None else rows.order_by("-pk").first()
    if record is None:
        return None
    changes = list_changes_for(user).filter(transaction=record.transaction or -1).order_by("pk")
    view = records.view(record)
    people = people_in([view])
    name = called(record.actor, {record.actor: name_in(people, record.actor)})
    shown = list(changes[:SHOWN_AT_MOST])
    told = _read(user, record.told())
    return Entry(
        record=record,
        told=told,
        name=name,
        sentence=records.view(record, told["fields"]).told_by(name, people),
        changes=_changed(user, shown),
        leaf_index=_place(EVENT, record.pk),
        event=record,
        is_personal=_opens(user, [record.told(), *(change.told() for change in shown)]),
    )


def get_change_for(user: Any, number: int) -> Entry | None:
    """Return a changed row with the event of its transaction, if there is one."""
    change = list_changes_for(user).filter(pk=number).first()
    if change is None:
        return None
    event = list_events_for(user).filter(transaction=change.transaction, actor=change.actor).first()
    return Entry(
        record=change,
        told=_read(user, change.told()),
        name=called(change.actor, names_of([change.actor])),
        sentence=f"{change.table_name} {change.row_key} {VERBS[change.verb]}",
        changes=_changed(user, [change]),
        is_personal=_opens(user, [change.told()]),
        leaf_index=_place(CHANGE, change.pk),
        event=event,
    )


def _opens(user: Any, told: Any) -> bool:
    return bool(user.may(PERSONAL)) and sealing.holds_seals(told)


def _read(user: Any, told: Any) -> Any:
    """Return what was told as far as this person may read people's data."""
    return sealing.opened(told) if user.may(PERSONAL) else sealing.covered(told)


def _changed(user: Any, changes: Sequence[Change]) -> list[ChangedRow]:
    opened = _read(user, [change.told() for change in changes])
    return [
        ChangedRow(change, _columns(told["before"] or {}, told["after"] or {}))
        for change, told in zip(changes, opened, strict=True)
    ]


def _columns(
    old: Mapping[str, str], new: Mapping[str, str]
) -> list[tuple[str, str | None, str | None]]:
    names = sorted({*old, *new})
    return [
        (name, old.get(name), new.get(name)) for name in names if old.get(name) or new.get(name)
    ]


def _place(source: int, number: int) -> int | None:
    leaf = Leaf.objects.filter(source=source, source_id=number).first()
    return leaf.leaf_index if leaf else None


def lines_of(rows: QuerySet[Any]) -> list[tuple[object, ...]]:
    """Return events as lines of an export (HEADS), the newest first, EXPORTED_AT_MOST of them."""
    found = list(rows.order_by("-pk")[:EXPORTED_AT_MOST])
    names = names_of([row.actor for row in found])
    return [_line(row, names.get(row.actor, "")) for row in found]


def _line(row: Any, name: str) -> tuple[object, ...]:
    told = row.told()
    about = " ".join(f"{kind}:{key}" for kind, key in told["subjects"])
    sentence = records.view(row).told_by(name or row.actor)
    address = sealing.covered(row.address)  # as on the page: a client's own is no column
    return row.pk, row.recorded_at, row.actor, name, row.name, about, sentence, address


def called(actor: str, names: Mapping[str, str]) -> str:
    """Return an actor as people call it: by name, a part of ours as such, a hand as such."""
    kind, _sign, key = actor.partition(":")
    if kind == "database":
        return gettext("no act of the house (%(role)s)") % {"role": key}
    if kind == "system":
        return gettext("The system (%(part)s)") % {"part": key}
    return str(names.get(actor, actor))


def list_people() -> list[tuple[str, str]]:
    """Return the staff as actors with their names, for a choice."""
    people = get_user_model().objects.filter(kind="staff").order_by("full_name", "pk")
    return [(f"staff:{pk}", name) for pk, name in people.values_list("pk", "full_name")[:500]]


def is_actor(text: str) -> bool:
    """Say whether a text names an actor."""
    return re.fullmatch(ACTOR, text) is not None


def history_of(user: Reaching, kind: str, key: str) -> QuerySet[Any]:
    """Return the events about one object; the caller orders."""
    return list_events_for(user).filter(subjects__kind=kind, subjects__key=key)


def day_of(user: Reaching, actor: str, day: date) -> QuerySet[Any]:
    """Return what one person did on a day of the reader's own zone."""
    return before(
        since(list_events_for(user).filter(actor=actor), _start(day)),
        _start(day + timedelta(days=1)),
    )


def names_of(actors: Sequence[str]) -> dict[str, str]:
    """Return the names of staff, clients and machines behind actors, as far as there are any."""
    numbers = {
        int(key): actor
        for actor in set(actors)
        for kind, _sign, key in [actor.partition(":")]
        if kind in ("staff", "client", "machine") and key.isdecimal() and len(key) <= LONGEST_NUMBER
    }
    if not numbers:
        return {}
    people = get_user_model().objects.filter(pk__in=numbers)
    return {numbers[pk]: name for pk, name in people.values_list("pk", "full_name")}


def people_in(views: Sequence[records.EventView]) -> dict[int, str]:
    """Return the names of the users whom events' sentences name, by number."""
    numbers = set[int]().union(*(view.person_ids for view in views))
    if not numbers:
        return {}
    people = get_user_model().objects.filter(pk__in=numbers)
    return dict(people.values_list("pk", "full_name"))


def name_in(people: Mapping[int, str], actor: str) -> str:
    """Return an actor's name among people; as it is kept when it is none of them."""
    key = actor.rpartition(":")[2]
    is_person = actor.partition(":")[0] in ("staff", "client", "machine") and key.isdecimal()
    return people.get(int(key), actor) if is_person else actor


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _number_at(moment: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_number_at(%s)", [moment])
        (number,) = cursor.fetchone()
    return int(number)

"""Columns of the audit lists: when, who, what, from where."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.audit.queries import entries
from backoffice.core import records
from backoffice.core.outbox import sealing
from backoffice.ui import tables

SHOWN = 6  # columns of a changed row that a line of the list names


class Who(tables.Column):
    """The actor's name; a part of the system, or a hand in the database, as it is called."""

    def draw(self, value: str, record: Any, table: Any) -> str:
        """Draw the name."""
        return entries.called(value, table.names)


class What(tables.Templated):
    """The event's sentence, as the way to its page."""

    def draw(self, value: str, record: Any, table: Any) -> Any:
        """Draw the sentence, with the actor's name."""
        name = entries.called(record.actor, table.names)
        return super().draw(table.views[record.pk].told_by(name, table.people), record, table)


class Address(tables.Column):
    """From where; a client's, which is sealed, stays covered here."""

    def draw(self, value: str, record: Any, table: Any) -> str:
        """Draw the address."""
        return str(sealing.covered(value))


class Row(tables.Templated):
    """Which row of which table, and what was done to it, as the way to its page."""

    def draw(self, value: str, record: Any, table: Any) -> Any:
        """Draw it in words."""
        return super().draw(f"{value} {record.row_key} {entries.VERBS[record.verb]}", record, table)


class Named(tables.Column):
    """Which columns are told of."""

    def draw(self, value: Any, record: Any, table: Any) -> str:
        """Draw the first few names."""
        told = record.told()
        names = sorted(told["after"] or told["before"] or {})
        more = len(names) - SHOWN
        return ", ".join(names[:SHOWN]) + (f" +{more}" if more > 0 else "")


class AuditTable(tables.Table):
    """Entries of the log; the names of their actors are asked for at once."""

    cards = True
    names: Mapping[str, str]

    def __init__(self, rows: list[Any], **given: Any) -> None:
        self.names = self.names_in(rows)
        super().__init__(rows, **given)

    def names_in(self, rows: list[Any]) -> Mapping[str, str]:
        """Return the names of the rows' actors."""
        return entries.names_of([row.actor for row in rows])


class EventTable(AuditTable):
    """What was done, the newest first; people in the sentences by name."""

    caption = gettext_lazy("Audit log")

    what = What("audit/_told.html", accessor="name", verbose_name=gettext_lazy("What"), card=1)
    actor = Who(verbose_name=gettext_lazy("Who"), card=3)
    address = Address(verbose_name=gettext_lazy("From address"), card=4, css="figure")
    recorded_at = tables.When(verbose_name=gettext_lazy("When"), card=2)

    def names_in(self, rows: list[Any]) -> Mapping[str, str]:
        """Return the names of the rows' actors, asked for with those in the sentences."""
        self.views = {row.pk: records.view(row) for row in rows}
        self.people = entries.people_in(list(self.views.values()))
        return {row.actor: entries.name_in(self.people, row.actor) for row in rows}

    def url_of(self, record: Any) -> str:
        """Return the entry's page."""
        return f"{reverse('audit:entry')}?event={record.pk}"


class ChangeTable(AuditTable):
    """Which rows changed, the newest first."""

    caption = gettext_lazy("Changed rows")

    row = Row("audit/_told.html", accessor="table_name", verbose_name=gettext_lazy("Row"), card=1)
    columns_told = Named(accessor="verb", verbose_name=gettext_lazy("Columns"), css="named")
    actor = Who(verbose_name=gettext_lazy("Who"), card=3)
    address = Address(verbose_name=gettext_lazy("From address"), card=4, css="figure")
    recorded_at = tables.When(verbose_name=gettext_lazy("When"), card=2)

    def url_of(self, record: Any) -> str:
        """Return the change's page."""
        return f"{reverse('audit:entry')}?change={record.pk}"

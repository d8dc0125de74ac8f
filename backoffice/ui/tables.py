"""Our table and its columns on django-tables2: text, badges, money, results, prices, moments.

A table is drawn by `components/_table.html` under our own classes. Rows come as one page from
`keyset`; sorting is a link that the page shape allows, never a click on an unindexed column.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from decimal import Decimal
from functools import cache
from typing import Any

import django_tables2
from django.core.exceptions import ObjectDoesNotExist
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from backoffice.core import money
from backoffice.ui import figures, marks
from backoffice.ui.drawing.markup import escaped, html

PLACE = 9_073_014  # a number that no address has of itself

LAST_CARD = 4  # the place whose figure carries its own short head


class Column(django_tables2.Column):
    """Text, left. `card` is its place in the two-line card of a phone (1-4; 0: absent there).

    `short` names the figure in that card, where no head stands over it.
    """

    css = ""
    unit = ""

    def __init__(
        self, *, sort: str = "", card: int = 0, css: str = "", short: Any = "", **extra: Any
    ) -> None:
        super().__init__(**extra)
        self.sort = sort
        self.card = card
        self.short = short
        self.css = " ".join(filter(None, (self.css, css, f"card-{card}" if card else "")))

    def draw(self, value: Any, record: Any, table: "Table") -> Any:
        """Return what the cell shows; a value that is none never comes here."""
        return value

    def __deepcopy__(self, memo: object) -> "Column":
        """A table copies its columns to name them; what they hold is never changed."""
        return copy(self)


class Templated(Column):
    """A cell from a fragment, which sees `record`, `value`, `now` and `row_url`."""

    empty_values = ()

    def __init__(self, template_name: str, **extra: Any) -> None:
        super().__init__(**extra)
        self.template_name = template_name

    def draw(self, value: Any, record: Any, table: "Table") -> SafeString:
        """Draw the fragment."""
        context = {
            "record": record,
            "value": value,
            "now": table.now,
            "row_url": table.url,
        }
        # Without the request: fifty rows must not run every context processor fifty times.
        return SafeString(get_template(self.template_name).render(context))


class Figure(Column):
    """A number, right-aligned with tabular digits."""

    css = "num"


class Badge(Column):
    """A state as shape and word."""

    def __init__(self, family: str, **extra: Any) -> None:
        super().__init__(**extra)
        self.family = family

    def draw(self, value: Any, record: Any, table: "Table") -> SafeString:
        """Draw the badge."""
        return marks.badge(self.family, value)


class Money(Figure):
    """An amount; `currency` is a code, or (in lower case) the row's field that holds it."""

    figure = staticmethod(marks.amount)

    def __init__(self, currency: str, *, with_unit: bool = False, **extra: Any) -> None:
        super().__init__(**extra)
        self.currency = currency
        self.with_unit = with_unit

    def draw(self, value: Decimal, record: Any, table: "Table") -> SafeString:
        """Draw the amount in the row's currency."""
        return self.figure(value, currency_of(self.currency, record), unit=self.with_unit)


class Result(Money):
    """A profit or loss: signed and coloured."""

    figure = staticmethod(marks.result)


class LiveMoney(Money):
    """An amount that the socket keeps true: `mark` formatted with the row, `at` its moment."""

    empty_values = ()

    def __init__(
        self,
        currency: str,
        *,
        mark: str,
        at: str,
        kind: str = "amount",
        aged: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(currency, **extra)
        self.mark, self.at, self.kind, self.aged = mark, at, kind, aged

    def draw(self, value: Decimal, record: Any, table: "Table") -> SafeString:
        """Draw the live amount."""
        at = fetched(record, self.at)
        source = marks.Source(mark=self.mark.format(row=record), at=at, now=table.now)
        digits = money.digits(currency_of(self.currency, record))
        figure = marks.live(self.kind, value, digits, source)
        return html("{}{}", figure, marks.age_slot(at, table.now)) if self.aged else figure


class LivePrice(Figure):
    """A price of the row's symbol that the socket keeps true."""

    def __init__(self, *, mark: str, at: str, **extra: Any) -> None:
        super().__init__(**extra)
        self.mark, self.at = mark, at

    def draw(self, value: Decimal, record: Any, table: "Table") -> SafeString:
        """Draw the live price."""
        at = fetched(record, self.at)
        source = marks.Source(mark=self.mark.format(row=record), at=at, now=table.now)
        return marks.live("price", value, record.digits, source)


class Price(Figure):
    """A price with the digits of the row's symbol (its field `digits`)."""

    def draw(self, value: Decimal, record: Any, table: "Table") -> SafeString:
        """Draw the price with its pip digits."""
        return marks.price(value, record.digits)


class Lots(Figure):
    """A volume in whole hundredths, as lots."""

    def draw(self, value: int, record: Any, table: "Table") -> str:
        """Draw the lots."""
        return figures.lots(value)


class When(Column):
    """A moment in full, with zones on hover; `relative` while it is young."""

    def __init__(self, *, relative: bool = False, **extra: Any) -> None:
        super().__init__(**extra)
        self.relative = relative

    def draw(self, value: Any, record: Any, table: "Table") -> SafeString:
        """Draw the moment."""
        return marks.moment(value, table.now, absolute=not self.relative, zoned=False)


def zone() -> str:
    """Return the reader's zone as a head names it: UTC, Madrid time."""
    city = timezone.get_current_timezone_name().rpartition("/")[2].replace("_", " ")
    return city if city == "UTC" else gettext("%(city)s time") % {"city": city}


class Table(django_tables2.Table):
    """A list, built for one request at one moment; `totals` fills its foot by column name.

    The money columns in `in_currency` are all in `currency`: their heads say it, and on a phone,
    where there are no heads, their cells.
    """

    caption: Any = ""
    cards = False
    currency = ""
    in_currency: tuple[str, ...] = ()

    class Meta:
        """django-tables2's switches: our template, no paging and no sorting of its own."""

        template_name = "components/_table.html"
        orderable = False

    def __init__(
        self, rows: list[Any], *, request: Any, now: Any, totals: Mapping[str, Any]
    ) -> None:
        self.now = now
        self.totals = totals
        self.records = rows
        self.url = ""
        super().__init__(data=rows, request=request)
        for name in self.in_currency:
            column = self.columns[name].column
            column.verbose_name = f"{column.verbose_name}, {self.currency}"
            column.unit = self.currency
        for bound in self.columns:
            if isinstance(bound.column, When) and not bound.column.relative:
                bound.column.verbose_name = f"{bound.column.verbose_name}, {zone()}"

    def url_of(self, record: Any) -> str:
        """Return where the row opens, or nothing."""
        return ""

    def body(self) -> SafeString:
        """Return all rows, drawn. A row that opens something says so by `data-open`."""
        role = ' role="row"' if self.cards else ""
        return SafeString(
            "".join(f"<tr{role}{opens(url)}>{''.join(cells)}</tr>\n" for url, cells in self.lines())
        )

    def lines(self) -> Iterator[tuple[str, list[SafeString]]]:
        """Yield the rows one by one: their address, and their cells with tags.

        Drawn here and not by django-tables2's rows: it looks up the signature of every cell.
        """
        opened = [self._opened(column, first=at == 0) for at, column in enumerate(self.columns)]
        for record in self.records:
            self.url = self.url_of(record)
            yield self.url, [tag + self._cell(read, shape, record) for read, shape, tag in opened]

    def _opened(self, column: Any, *, first: bool) -> tuple[Callable[[Any], Any], Any, SafeString]:
        shape = column.column
        role = ("rowheader" if first else "cell") if self.cards else ""
        attributes = {"class": f"first {shape.css}" if first else shape.css, "role": role}
        attributes["data-unit"] = shape.unit if self.cards and shape.card else ""
        attributes["data-head"] = shape.short if shape.card == LAST_CARD else ""
        tag = SafeString('<th scope="row"' if first else "<td")
        for name, value in attributes.items():
            if value:
                tag += html(' {}="{}"', name, value)
        return reader(str(column.accessor)), shape, tag + SafeString(">")

    def _cell(self, read: Callable[[Any], Any], shape: Any, record: Any) -> SafeString:
        value = read(record)
        if value in shape.empty_values:
            return conditional_escape(self.default)
        return SafeString(escaped(shape.draw(value, record, self)))

    def foot(self) -> list[tuple[Any, Any]]:
        """Return the cells of the totals row, or nothing where there are no totals."""
        if not self.totals:
            return []
        return [(column, self._total(column)) for column in self.columns]

    def _total(self, column: Any) -> Any:
        total = self.totals.get(column.name, "")
        aged = getattr(column.column, "aged", False)  # keeps the digits of sum and rows in line
        return html('{}<span class="age"></span>', total) if aged and total else total


def opens(url: str) -> SafeString:
    """Return the attribute that says where a row opens, if it does."""
    return html(' data-open="{}"', url) if url else SafeString("")


def addresses(url_name: str) -> Callable[[int], str]:
    """Return what makes the address of a record by its number, the pattern looked up once."""
    before, _place, after = reverse(url_name, args=[PLACE]).partition(str(PLACE))
    return lambda pk: f"{before}{pk}{after}"


def currency_of(name: str, record: Any) -> str:
    """Return a code as it stands (upper case), else read it from the row."""
    return name if name.isupper() else fetched(record, name) or ""


def fetched(record: Any, path: str) -> Any:
    """Return what stands at a path ("figures__equity") of a record; None where it breaks off."""
    return reader(path)(record)


@cache
def reader(path: str) -> Callable[[Any], Any]:
    """Return what reads a path of attributes, keys or methods off a record."""
    steps = path.replace(".", "__").split("__")

    def read(record: Any) -> Any:
        value = record
        try:
            for step in steps:
                value = value[step] if isinstance(value, dict) else getattr(value, step)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            return None
        # A way back to many rows is callable too, and is not to be called: Django marks it.
        is_method = callable(value) and not getattr(value, "do_not_call_in_templates", False)
        return value() if is_method else value

    return read

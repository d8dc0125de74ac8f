"""Our table and its columns on django-tables2: text, badges, money, results, prices, moments.

A table is drawn by `components/_table.html` under our own classes. Rows come as one page from
`keyset`; sorting is a link that the page shape allows, never a click on an unindexed column.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import django_tables2
from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from backoffice.core import money
from backoffice.ui import figures, marks

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
        at = django_tables2.A(self.at).resolve(record, quiet=True)
        source = marks.Source(mark=self.mark.format(row=record), at=at, now=table.now)
        digits = money.digits(currency_of(self.currency, record))
        figure = marks.live(self.kind, value, digits, source)
        return format_html("{}{}", figure, marks.age_slot(at, table.now)) if self.aged else figure


class LivePrice(Figure):
    """A price of the row's symbol that the socket keeps true."""

    def __init__(self, *, mark: str, at: str, **extra: Any) -> None:
        super().__init__(**extra)
        self.mark, self.at = mark, at

    def draw(self, value: Decimal, record: Any, table: "Table") -> SafeString:
        """Draw the live price."""
        at = django_tables2.A(self.at).resolve(record, quiet=True)
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
        return marks.moment(value, table.now, absolute=not self.relative)


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

    def url_of(self, record: Any) -> str:
        """Return where the row opens, or nothing."""
        return ""

    def lines(self) -> Iterator[tuple[str, list[SafeString]]]:
        """Yield the rows as the template draws them: their address, and their cells with tags.

        Drawn here and not by django-tables2's rows: it looks up the signature of every cell.
        """
        opened = [self._opened(column, first=at == 0) for at, column in enumerate(self.columns)]
        for record in self.records:
            self.url = self.url_of(record)
            yield self.url, [tag + self._cell(column, record) for column, tag in opened]

    def _opened(self, column: Any, *, first: bool) -> tuple[Any, SafeString]:
        shape = column.column
        role = ("rowheader" if first else "cell") if self.cards else ""
        attributes = {"class": f"first {shape.css}" if first else shape.css, "role": role}
        attributes["data-unit"] = shape.unit if self.cards and shape.card else ""
        attributes["data-head"] = shape.short if shape.card == LAST_CARD else ""
        tag = SafeString('<th scope="row"' if first else "<td")
        for name, value in attributes.items():
            if value:
                tag += format_html(' {}="{}"', name, value)
        return column, tag + SafeString(">")

    def _cell(self, column: Any, record: Any) -> SafeString:
        shape = column.column
        value = column.accessor.resolve(record, quiet=True)
        if value in shape.empty_values:
            return conditional_escape(self.default)
        return conditional_escape(shape.draw(value, record, self))

    def foot(self) -> list[tuple[Any, Any]]:
        """Return the cells of the totals row, or nothing where there are no totals."""
        if not self.totals:
            return []
        return [(column, self._total(column)) for column in self.columns]

    def _total(self, column: Any) -> Any:
        total = self.totals.get(column.name, "")
        aged = getattr(column.column, "aged", False)  # keeps the digits of sum and rows in line
        return format_html('{}<span class="age"></span>', total) if aged and total else total


def currency_of(name: str, record: Any) -> str:
    """Return a code as it stands (upper case), else read it from the row."""
    if name.isupper():
        return name
    return django_tables2.A(name).resolve(record, quiet=True) or ""

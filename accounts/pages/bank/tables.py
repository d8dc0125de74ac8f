"""Columns of the list of the bank's rows."""

from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages.bank.words import fits
from backoffice.ui import tables


class Day(tables.Column):
    """A day that the bank booked; of what is nobody's also for how long."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the day, and the age of what waits."""
        day = formats.date_format(value, "j M Y")
        days = (table.now.date() - value).days
        if record.use is not None or days < 1:
            return format_html("{}", day)
        age = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        return format_html('{} <span class="faint small">{}</span>', day, age)


class Fits(tables.Column):
    """Whose it is, or could be; evidence stands on the row's page."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = fits(record)
        return format_html('<span class="says" title="{}">{}</span>', told, told)


class RowTable(tables.Table):
    """What moved at our banks, the newest first."""

    caption = gettext_lazy("Bank")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    other = tables.Templated(
        "accounts/_bank_other.html",
        accessor="other_name",
        verbose_name=gettext_lazy("From or to"),
        card=1,
    )
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Amount"), card=2, css="strong"
    )
    use = tables.Badge("bank_use", verbose_name=gettext_lazy("What it was"), card=3)
    booked_on = Day(verbose_name=gettext_lazy("Booked"), card=4)
    fits = Fits(accessor="pk", verbose_name=gettext_lazy("Fits"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the row's page."""
        return reverse("accounts:bank-row", args=[record.pk])

"""Columns of the list of differences."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries.reconciling.differences import REMEDIES
from accounts.states import GAP_LABELS
from backoffice.ui import tables


class Class(tables.Column):
    """The class of a difference, in words."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw the words."""
        return _(GAP_LABELS[value])


class Ticket(tables.Figure):
    """A ticket, a provider's reference, or that it is the whole account."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw the number."""
        if record.reference:
            return format_html(
                '<span class="says" title="{}">{}</span>', record.reference, record.reference
            )
        return f"#{value}" if value else _("balance")


class ToDo(tables.Column):
    """What to do about it; once it is over, why."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = record.cure or record.note or REMEDIES[record.gap]
        return format_html('<span class="says" title="{}">{}</span>', told, told)


class DifferenceTable(tables.Table):
    """What differs from MetaTrader or a provider, the newest first."""

    caption = gettext_lazy("Differences")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    account = tables.Templated(
        "accounts/_difference_account.html",
        accessor="account",
        verbose_name=gettext_lazy("Account"),
        card=1,
    )
    gap = Class(verbose_name=gettext_lazy("What"), card=3)
    ticket = Ticket(verbose_name=gettext_lazy("Ticket or reference"), css="figure")
    expected = tables.Money("currency", with_unit=True, verbose_name=gettext_lazy("Here"))
    found = tables.Money("currency", with_unit=True, verbose_name=gettext_lazy("There"), card=2)
    found_at = tables.When(relative=True, verbose_name=gettext_lazy("Since"), card=4)
    todo = ToDo(accessor="pk", verbose_name=gettext_lazy("What to do"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the case's page."""
        return reverse("accounts:difference-detail", args=[record.pk])

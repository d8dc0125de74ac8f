"""Columns of the list of adjustments."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.terms.adjustments import CAUSE_LABELS
from backoffice.ui import marks, tables


class Says(tables.Column):
    """One line: why it was asked for, why it waits, how it ended."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = says(record)
        return format_html('<span class="says" title="{}">{}</span>', told, told)


class Until(tables.Column):
    """Until when a credit is given, to the minute."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the moment."""
        return marks.clock(value, "j M Y H:i")


class AdjustmentTable(tables.Table):
    """What was moved by hand, the newest first."""

    caption = gettext_lazy("Corrections and credits")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    client = tables.Templated(
        "accounts/_moved_client.html", verbose_name=gettext_lazy("Client"), card=1
    )
    kind = tables.Column(accessor="get_kind_display", verbose_name=gettext_lazy("What"), card=5)
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Amount"), card=2, css="strong"
    )
    state = tables.Badge("adjustment", verbose_name=gettext_lazy("State"), card=3)
    requested_at = tables.When(relative=True, verbose_name=gettext_lazy("Asked"), card=4)
    ends_at = Until(verbose_name=gettext_lazy("Given until"))
    says = Says(accessor="pk", verbose_name=gettext_lazy("Says"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the adjustment's page."""
        return reverse("accounts:adjustment-detail", args=[record.pk])


def says(adjustment: Any) -> str:
    """Return the one line that tells why an adjustment is where it is."""
    told = (adjustment.uncertain_words, adjustment.waits_because, adjustment.closed_because)
    found = next((words for words in told if words), "")
    return found or f"{_(CAUSE_LABELS[adjustment.cause])}: {adjustment.reason}"

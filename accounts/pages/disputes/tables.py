"""Columns of the list of disputes."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from backoffice.ui import figures, marks, tables


class AnswerBy(tables.Column):
    """Until when it is answered, to the minute; a dash where the case is over."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the moment."""
        if record.is_final or value is None:
            return format_html('<span class="faint">{}</span>', figures.NONE)
        return marks.clock(value, "j M Y H:i")


class DisputeTable(tables.Table):
    """Cases, what has to be answered first on top."""

    caption = gettext_lazy("Disputes")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    client = tables.Templated(
        "accounts/_moved_client.html", verbose_name=gettext_lazy("Client"), card=1
    )
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Called back"), card=2, css="strong"
    )
    state = tables.Badge("dispute", verbose_name=gettext_lazy("State"), card=3)
    answer_by = AnswerBy(verbose_name=gettext_lazy("Answer by"), card=4)
    provider = tables.Column(verbose_name=gettext_lazy("Provider"))
    reason_code = tables.Column(verbose_name=gettext_lazy("Code"))

    def url_of(self, record: Any) -> str:
        """Return the case's page."""
        return reverse("accounts:dispute-detail", args=[record.pk])

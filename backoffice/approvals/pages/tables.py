"""The queue's columns."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.approvals import terms
from backoffice.ui import marks, tables
from backoffice.ui.drawing.markup import html


class KindOf(tables.Column):
    """The kind of act in words, as the way to its page; on a phone with its amount."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw it."""
        amount = ""
        if record.amount is not None:
            sum_of = marks.amount(record.amount, record.currency)
            amount = html('<span class="phone-only">{}</span>', sum_of)
        label = _(terms.kind_of(value).label)
        return html(
            '<span class="name"><a href="{}" data-row>{}</a>{}</span>', table.url, label, amount
        )


class Agreed(tables.Column):
    """How many agreed, of how many; what was done alone says so."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw it."""
        return f"{value} / {len(record.seats)}" if record.seats else _("alone")


class RequestTable(tables.Table):
    """Requests for approval, the newest first."""

    caption = gettext_lazy("To do")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    kind = KindOf(verbose_name=gettext_lazy("What"), card=1)
    amount = tables.Money(accessor="amount", currency="currency", with_unit=True)
    state = tables.Badge("approval", verbose_name=gettext_lazy("State"), card=2)
    ballots = Agreed(verbose_name=gettext_lazy("Agreed"), css="figure")
    asked_at = tables.When(relative=True, verbose_name=gettext_lazy("Asked"), card=4)
    reason = tables.Column(verbose_name=gettext_lazy("Why"), css="wide", card=3)

    def url_of(self, record: Any) -> str:
        """Return the request's page."""
        return reverse("approvals:request-detail", args=[record.pk])

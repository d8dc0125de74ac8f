"""Columns of the list of deposits."""

from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages import cells
from accounts.terms import BANK_WIRE, REVIEW_LABELS
from accounts.terms import Deposit as State
from backoffice.ui import tables
from backoffice.ui.drawing.markup import html


class Says(tables.Column):
    """One line: why it waits, why it is in review, how it ended."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = says(record)
        return html('<span class="says" title="{}">{}</span>', told, told)


class DepositTable(tables.Table):
    """What comes in, the newest first."""

    caption = gettext_lazy("Deposits")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    client = cells.Client(verbose_name=gettext_lazy("Client"), card=1)
    amount = tables.Money(
        "amount_currency",
        with_unit=True,
        verbose_name=gettext_lazy("Amount"),
        card=2,
        css="strong",
    )
    state = tables.Badge("deposit", verbose_name=gettext_lazy("State"), card=3)
    started_at = tables.When(relative=True, verbose_name=gettext_lazy("Begun"), card=4)
    says = Says(accessor="pk", verbose_name=gettext_lazy("Says"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the deposit's page."""
        return reverse("accounts:deposit-detail", args=[record.pk])


def says(deposit: Any) -> str:
    """Return the one line that tells why a deposit is where it is."""
    if deposit.state == State.IN_REVIEW:
        code = _(REVIEW_LABELS.get(deposit.review_code, ""))
        return f"{code} {deposit.review_words}".strip()
    told = (
        _awaited(deposit),
        deposit.uncertain_words,
        deposit.waits_because,
        deposit.parked_because if deposit.state == State.PARKED else "",
        deposit.failed_because,
        deposit.reject_reason,
        deposit.cancel_reason,
        deposit.return_reason,
    )
    return next((words for words in told if words), "")


def _awaited(deposit: Any) -> str:
    """Return until when a wire is awaited, where one is."""
    if deposit.state != State.PENDING or deposit.method.provider != BANK_WIRE:
        return ""
    until = formats.date_format(deposit.expires_at, "j M")
    return _("A wire is awaited until %(until)s.") % {"until": until}

"""Columns of the list of transfers, and how a place is told."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.ui import tables


class Way(tables.Column):
    """From where to where, in one line."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw both places."""
        return format_html("{} → {}", place(record, "source"), place(record, "target"))


class Says(tables.Column):
    """One line: why it waits, how it ended."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the line, cut to its room."""
        told = says(record)
        return format_html('<span class="says" title="{}">{}</span>', told, told)


class TransferTable(tables.Table):
    """Transfers, the newest first."""

    caption = gettext_lazy("Transfers")
    cards = True

    number = tables.Column(accessor="pk", verbose_name="#", css="figure muted")
    client = tables.Templated(
        "accounts/_transfer_client.html", verbose_name=gettext_lazy("Client"), card=1
    )
    way = Way(accessor="pk", verbose_name=gettext_lazy("From → to"))
    amount = tables.Money(
        "currency", with_unit=True, verbose_name=gettext_lazy("Amount"), card=2, css="strong"
    )
    state = tables.Badge("transfer", verbose_name=gettext_lazy("State"), card=3)
    requested_at = tables.When(relative=True, verbose_name=gettext_lazy("Asked for"), card=4)
    says = Says(accessor="pk", verbose_name=gettext_lazy("Says"), css="wide")

    def url_of(self, record: Any) -> str:
        """Return the transfer's page."""
        return reverse("accounts:transfer-detail", args=[record.pk])


def place(transfer: Any, side: str) -> str:
    """Return a side of a transfer in words: login and server, or the wallet."""
    account, wallet = getattr(transfer, f"{side}_account"), getattr(transfer, f"{side}_wallet")
    if account is None:
        return _("wallet %(currency)s") % {"currency": wallet.currency}
    return f"{account.login} · {account.server.name}"


def says(transfer: Any) -> str:
    """Return the one line that tells why a transfer is where it is."""
    told = (
        transfer.uncertain_words,
        transfer.waits_because,
        transfer.refused_because,
        transfer.reject_reason,
        transfer.cancel_reason,
        transfer.return_because,
    )
    return next((words for words in told if words), "")

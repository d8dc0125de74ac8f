"""Columns of the client list."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.ui import marks, tables
from backoffice.ui.drawing.markup import html, joined

TAGS = 3  # as many as have room under a name


class Name(tables.Column):
    """The name as the row's link; under it city, language, tags."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw both lines."""
        return html(
            '<span class="name"><a href="{}" data-row title="{}">{}</a></span>'
            '<span class="sub">{}{}</span>',
            table.url,
            value,
            value,
            _place(record.city, record.language),
            joined(html(" {}", marks.tag(name)) for name in record.tags[:TAGS]),
        )


class Status(tables.Badge):
    """The status; on a phone also where and what time it is."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw the badge, and the words that only a phone shows."""
        return html(
            '{}<span class="phone-only small muted"> {} {}</span>',
            super().draw(value, record, table),
            record.city,
            marks.local_time(record.timezone, table.now),
        )


class Local(tables.Column):
    """The time at the client's place, the country under it."""

    empty_values = ()

    def draw(self, value: Any, record: Any, table: tables.Table) -> SafeString:
        """Draw both lines."""
        return html(
            '<span class="name">{}</span><span class="sub">{}</span>',
            marks.local_time(record.timezone, table.now),
            record.country,
        )


class ClientTable(tables.Table):
    """Clients with the figures that matter, equity alive."""

    caption = _("Clients")
    cards = True
    currency = settings.REPORTING_CURRENCY
    in_currency = ("net_deposits", "equity")

    full_name = Name(verbose_name=_("Client"), sort="name", card=1)
    status = Status("client", verbose_name=_("Status"), card=3)
    local = Local(verbose_name=_("Local"), accessor="timezone", css="local")
    kyc_level = tables.Badge("kyc", verbose_name=_("KYC"))
    net_deposits = tables.Money(
        "figures__currency",
        accessor="figures__net_deposits",
        verbose_name=_("Net deposits"),
        sort="net_deposits",
        card=4,
        short=_("net"),
    )
    equity = tables.LiveMoney(
        "figures__currency",
        accessor="figures__equity",
        mark="client:{row.pk}:equity",
        at="figures__figures_at",
        aged=True,
        verbose_name=_("Equity"),
        sort="equity",
        card=2,
    )
    accounts = tables.Figure(accessor="figures__accounts_count", verbose_name=_("Accounts"))
    owner = tables.Column(accessor="owner__full_name", verbose_name=_("Owner"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.address = tables.addresses("crm:client-detail")

    def url_of(self, record: Any) -> str:
        """Return the client's page."""
        return self.address(record.pk)


@lru_cache(maxsize=1000)
def _place(city: str, language: str) -> SafeString:
    """Return city and language, the language marked as one; a list has few of them."""
    parts = [html("{}", city)] if city else []
    parts += [html('<span lang="{}">{}</span>', language, language)] if language else []
    return SafeString(" · ".join(parts))

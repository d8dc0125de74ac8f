"""Columns of the client list."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.ui import tables


class ClientTable(tables.Table):
    """Clients with the figures that matter, equity alive."""

    caption = _("Clients")
    cards = True
    currency = settings.REPORTING_CURRENCY
    in_currency = ("net_deposits", "equity")

    full_name = tables.Templated(
        "crm/_client_name.html", verbose_name=_("Client"), sort="name", card=1
    )
    status = tables.Templated("crm/_client_status.html", verbose_name=_("Status"), card=3)
    local = tables.Templated(
        "crm/_client_local.html", verbose_name=_("Local"), accessor="timezone", css="local"
    )
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

    def url_of(self, record: Any) -> str:
        """Return the client's page."""
        return reverse("crm:client-detail", args=[record.pk])

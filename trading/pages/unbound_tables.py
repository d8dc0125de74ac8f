"""Columns of the list of accounts of nobody."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.ui import tables
from crm.permissions import SEE_CONTACTS
from crm.terms import mask_email, mask_phone


class Person(tables.Templated):
    """Whom MetaTrader names; contacts masked for who may not read them."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw name and contacts."""
        in_full = table.request.user.may(SEE_CONTACTS)
        record.shown_email = record.email if in_full else mask_email(record.email)
        record.shown_phone = record.phone if in_full else mask_phone(record.phone)
        return super().draw(value, record, table)


class UnboundTable(tables.Table):
    """Accounts without a client, each with whom it may belong to."""

    caption = _("Accounts without a client")
    cards = True

    login = tables.Templated(
        "trading/_unbound_login.html", verbose_name=_("Account"), sort="login", card=1
    )
    person = Person(
        "trading/_unbound_person.html", accessor="name", verbose_name=_("MetaTrader says")
    )
    suggestions = tables.Templated(
        "trading/_unbound_offers.html", verbose_name=_("Looks like"), css="offers", card=3
    )
    balance = tables.Money(
        "currency", with_unit=True, verbose_name=_("Balance"), sort="balance", card=2
    )
    registered_at = tables.When(relative=True, verbose_name=_("Opened"), card=4)

    def url_of(self, record: Any) -> str:
        """Return the page on which the account is given by hand."""
        return reverse("trading:account-owner", args=[record.pk])

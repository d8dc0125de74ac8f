"""What people type about the terms of a payment method."""

from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.calc.method_rules import DECIDE_HOURS, NOTICES, PAY_HOURS, Terms
from accounts.pages.forms import choice, line
from accounts.states import DIRECTION_LABELS, Direction

NUMBER = {"class": "input num", "inputmode": "decimal", "autocomplete": "off"}


def amount(label: Any) -> forms.DecimalField:
    """Return a field for an amount or a share that may be left out."""
    return forms.DecimalField(
        label=label,
        max_digits=18,
        decimal_places=4,
        min_value=Decimal(0),
        required=False,
        widget=forms.TextInput(attrs=NUMBER),
    )


def hours(label: Any, initial: int) -> forms.IntegerField:
    """Return a field for hours."""
    widget = forms.TextInput(attrs=NUMBER)
    return forms.IntegerField(
        label=label, min_value=1, max_value=2400, initial=initial, widget=widget
    )


def typed_of(terms: Terms) -> dict[str, Any]:
    """Return terms as somebody would type them: what holds, to begin from."""
    known = {one.name: getattr(terms, one.name) for one in fields(Terms)}
    known["notices"] = ", ".join(map(str, terms.notices))
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for name, value in known.items()
    }


class TermsForm(forms.Form):
    """The next version: for money going one way, of clients in a country or in every other one."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    direction = choice(
        gettext_lazy("Direction"),
        lambda: [(way.value, _(DIRECTION_LABELS[way])) for way in (Direction.IN, Direction.OUT)],
    )
    country = line(gettext_lazy("Country, two letters (empty: every other one)"), 2, required=False)
    is_offered = forms.BooleanField(label=gettext_lazy("Offered"), initial=True, required=False)
    minimum = amount(gettext_lazy("Smallest amount"))
    maximum = amount(gettext_lazy("Largest amount"))
    day_limit = amount(gettext_lazy("At most within 24 hours"))
    month_limit = amount(gettext_lazy("At most within 30 days"))
    fee_percent = amount(gettext_lazy("Our fee, percent"))
    fee_fixed = amount(gettext_lazy("Our fee, amount"))
    provider_percent = amount(gettext_lazy("Provider's fee on payouts, percent"))
    provider_fixed = amount(gettext_lazy("Provider's fee on payouts, amount"))
    decide_hours = hours(gettext_lazy("Promise: hours to decide"), DECIDE_HOURS)
    pay_hours = hours(gettext_lazy("Promise: hours to pay"), PAY_HOURS)
    notices = line(
        gettext_lazy("Staff are told after hours"), 40, initial=", ".join(map(str, NOTICES))
    )
    reason = line(gettext_lazy("Why"))

    def clean_country(self) -> str:
        """Return it in capitals."""
        return str(self.cleaned_data["country"]).strip().upper()

    def clean_notices(self) -> tuple[int, ...]:
        """Return the hours."""
        parts = [one.strip() for one in self.cleaned_data["notices"].split(",")]
        if not all(one.isascii() and one.isdecimal() and len(one) <= 4 for one in parts):
            raise forms.ValidationError(_("Write hours with commas between: 60, 84, 108."))
        return tuple(int(one) for one in parts)

    def terms(self) -> Terms:
        """Return what was typed as terms; what was left out is no limit, and no fee."""
        data = self.cleaned_data
        names = {one.name for one in fields(Terms)} & set(data)
        free = ("fee_percent", "fee_fixed", "provider_percent", "provider_fixed")
        typed = {name: data[name] for name in names}
        return Terms(**(typed | {name: data[name] or Decimal(0) for name in free}))

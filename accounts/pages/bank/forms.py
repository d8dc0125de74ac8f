"""What people hand in and type about the bank's rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, choice, line


def amount(label: Any, **extra: Any) -> forms.DecimalField:
    """Return a field for an amount."""
    attrs = {"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
    return forms.DecimalField(
        label=label,
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(attrs=attrs),
        **extra,
    )


def number(label: Any) -> forms.CharField:
    """Return a field for a number as people write it: D12, #12 or 12."""
    return forms.RegexField(
        r"^\s*[#A-Za-z]?\s*\d{1,18}\s*$",
        label=label,
        widget=forms.TextInput(attrs={"class": "input num", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write the number, such as D12 or 12.")},
    )


class ImportForm(forms.Form):
    """A statement's file, and whose it is said to be."""

    bank_account = choice(gettext_lazy("Bank account"))
    file = forms.FileField(
        label=gettext_lazy("Statement: camt.053 or MT940"),
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xml,.sta,.mt940,.940,.txt"}),
    )

    def __init__(self, data: Any, files: Any, *, accounts: Any) -> None:
        super().__init__(data, files, label_suffix="")
        self.fields["bank_account"].choices = accounts  # type: ignore[attr-defined]


class BindForm(DecisionForm):
    """The deposit that a row pays; what banks kept of it, if the house bears that, and why."""

    verb = "bind"
    deposit = number(gettext_lazy("Deposit"))
    fee = amount(gettext_lazy("Banks kept, and the house bears"), required=False, min_value=0)
    reason = line(gettext_lazy("Why the house bears it"), required=False)


class MakeForm(DecisionForm):
    """The trading account that a row's money is for."""

    verb = "make"
    account = number(gettext_lazy("Trading account (its login)"))


class FeeForm(DecisionForm):
    """The bank's own fee; there is nothing to type."""

    verb = "fee"


class SendBackForm(DecisionForm):
    """Back to its sender, and why."""

    verb = "send_back"
    reason = line(gettext_lazy("Why it goes back"))


class WentBackForm(DecisionForm):
    """The row that went back with this one."""

    verb = "went_back"
    row = number(gettext_lazy("Row that goes back"))


class PayoutForm(DecisionForm):
    """The payout that a row is, or that came back with it."""

    verb = "payout"
    payment = number(gettext_lazy("Payout"))


class SettlementForm(DecisionForm):
    """The line of a provider's settlement that a row is."""

    verb = "settlement"
    line = number(gettext_lazy("Line of the settlement, such as L12"))


class DepositBackForm(DecisionForm):
    """The deposit that went back with this row."""

    verb = "deposit_back"
    deposit = number(gettext_lazy("Deposit that goes back"))


class AgreeForm(DecisionForm):
    """The second person agrees; there is nothing to type."""

    verb = "agree"


class FreeForm(DecisionForm):
    """It is nobody's again, and why."""

    verb = "free"
    reason = line(gettext_lazy("Why it is taken back"))


class SureForm(DecisionForm):
    """The rows that were shown as sure, by their numbers."""

    verb = "sure"
    seen = forms.RegexField(r"^[\d ]{0,8000}$", widget=forms.HiddenInput, required=False)

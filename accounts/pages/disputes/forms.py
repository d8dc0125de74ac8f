"""What people type about disputes."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, line


class OpenForm(forms.Form):
    """What the provider wrote: how much, why, until when."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount that is called back"),
        max_digits=16,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        error_messages={"min_value": gettext_lazy("Say how much: more than nothing.")},
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    reason_code = line(gettext_lazy("The scheme's reason code"), 20)
    reference = line(gettext_lazy("The provider's number of the case"), 64)
    answer_by = forms.DateTimeField(
        label=gettext_lazy("To be answered by (UTC)"),
        widget=forms.DateTimeInput(attrs={"class": "input", "type": "datetime-local"}),
    )


def _form(verb_: str, label: Any) -> type[DecisionForm]:
    return type(f"{verb_.title()}Form", (DecisionForm,), {"verb": verb_, "reason": line(label)})


ClearForm = _form("clear", gettext_lazy("How the card was verified"))
SendForm = _form("send_evidence", gettext_lazy("How the evidence was sent"))
AcceptForm = _form("accept", gettext_lazy("Why it is not answered"))
WinForm = _form("win", gettext_lazy("What the provider said"))
LoseForm = _form("lose", gettext_lazy("What the provider said"))


class DebitForm(DecisionForm):
    """The debit is asked for once more; there is nothing to type."""

    verb = "debit"

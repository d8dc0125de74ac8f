"""What people type about corrections, credits and reversals."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, choice, line
from accounts.terms.adjustments import BY_RULE, CAUSE_LABELS, CAUSES, AdjustmentKind

CORRECTION, CREDIT_IN = AdjustmentKind.CORRECTION, AdjustmentKind.CREDIT_IN
CREDIT_OUT, REVERSAL = AdjustmentKind.CREDIT_OUT, AdjustmentKind.REVERSAL
#: What a form asks for → its kind, and the sign of what is moved.
WAYS: dict[str, tuple[AdjustmentKind, int]] = {
    "in": (CORRECTION, 1),
    "out": (CORRECTION, -1),
    "credit_in": (CREDIT_IN, 1),
    "credit_out": (CREDIT_OUT, -1),
}
WAY_LABELS = (
    ("in", gettext_lazy("Add to the balance")),
    ("out", gettext_lazy("Take from the balance")),
    ("credit_in", gettext_lazy("Give credit")),
    ("credit_out", gettext_lazy("Take credit out")),
)


def causes(*kinds: AdjustmentKind) -> list[tuple[str, str]]:
    """Return the reasons that a person may choose for these kinds, each once, in order."""
    known = dict.fromkeys(cause for kind in kinds for cause in CAUSES[kind])
    return [(cause, _(CAUSE_LABELS[cause])) for cause in known if cause not in BY_RULE]


class AskForm(forms.Form):
    """What is to be moved on an account. `key` makes the same form ask once."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    way = choice(gettext_lazy("What"), WAY_LABELS)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, in the account's currency"),
        max_digits=16,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        error_messages={"min_value": gettext_lazy("Say how much: more than nothing.")},
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("Credit is given until (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"class": "input", "type": "datetime-local"}),
    )
    cause = choice(gettext_lazy("Reason"), lambda: causes(CORRECTION, CREDIT_IN, CREDIT_OUT))
    reason = line(gettext_lazy("In words"))

    def clean(self) -> dict[str, Any]:
        """See that a credit has its end, and nothing else has one."""
        told = self.cleaned_data
        until: datetime | None = told.get("ends_at")
        if told.get("way") == "credit_in" and until is None and "ends_at" not in self.errors:
            self.add_error("ends_at", _("Say until when the credit is given."))
        elif told.get("way") != "credit_in":
            told["ends_at"] = None
        kind = WAYS[told["way"]][0] if told.get("way") in WAYS else None
        if kind and told.get("cause") and told["cause"] not in CAUSES[kind]:
            self.add_error("cause", _("This is no reason for what is asked for."))
        return told


class ReverseForm(forms.Form):
    """Which record is undone, and why."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    ticket = forms.IntegerField(
        label=gettext_lazy("Ticket of the record in MetaTrader"),
        min_value=1,
        max_value=2**62,
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "numeric"}),
    )
    cause = choice(gettext_lazy("Reason"), lambda: causes(REVERSAL))
    reason = line(gettext_lazy("In words"))


class GiveUpForm(DecisionForm):
    """It is approved, did not leave, and is not wanted any more."""

    verb = "give_up"
    reason = line(gettext_lazy("Why it is given up"))

"""What people type about deposits."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, choice, count, line


class StartForm(forms.Form):
    """What a client means to pay in. `key` makes the same form begin once."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    account_id = choice(gettext_lazy("To account"))
    amount = forms.DecimalField(
        label=gettext_lazy("Amount, in the account's currency"),
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    method_id = choice(gettext_lazy("Method"))
    into_wallet = forms.BooleanField(
        label=gettext_lazy("Into the wallet in this currency, not into the account"),
        required=False,
    )

    def __init__(self, data: Any, *, accounts: Any, methods: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["account_id"].choices = accounts  # type: ignore[attr-defined]
        self.fields["method_id"].choices = methods  # type: ignore[attr-defined]


class ArrivedForm(DecisionForm):
    """A person sees the money: a receipt, or a transaction on the house's wallet."""

    verb = "arrived"
    amount = forms.DecimalField(
        label=gettext_lazy("Amount that came"),
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    number = line(gettext_lazy("Number of the receipt"), 80)
    person = line(gettext_lazy("Who took it"), 120, required=False)
    place = line(gettext_lazy("Where, or to which address of the house"), 120)
    confirmations = count(gettext_lazy("Confirmations by now"))

    def fit(self, method: Any) -> None:
        """Ask for a receipt, or for a transaction."""
        if method.is_crypto:
            del self.fields["person"]
            self.fields["number"].label = _("Hash of the transaction")
            self.fields["place"].label = _("Address of the house")
            return
        del self.fields["confirmations"]
        self.fields["place"].label = _("Where")


class AcceptForm(DecisionForm):
    """It passes, and why."""

    verb = "accept"
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = line(gettext_lazy("Why it may pass"))


class ReturnForm(DecisionForm):
    """It goes back, and why."""

    verb = "return"
    reason = line(gettext_lazy("Why it goes back"))


class RejectForm(DecisionForm):
    """There is no such money."""

    verb = "reject"
    reason = line(gettext_lazy("Why there is no such money"))


class CancelForm(DecisionForm):
    """The client stopped."""

    verb = "cancel"
    reason = line(gettext_lazy("Why it is stopped"))


class RecordReturnForm(DecisionForm):
    """It went back by another way."""

    verb = "record_return"
    reference = line(gettext_lazy("Reference of the way it went back"), 64)

"""What clients type about their money."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.states import STATED_LABELS

LONGEST = 300


def _line(label: Any, length: int = LONGEST, **extra: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, widget=widget, **extra)


def _choice(label: Any, choices: Any = ()) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "select"})
    return forms.ChoiceField(label=label, choices=choices, widget=widget)


def _ways(label: Any) -> forms.ChoiceField:
    """Return a choice among methods: their terms are sentences, which a closed list would cut."""
    return forms.ChoiceField(label=label, widget=forms.RadioSelect)


def _amount() -> forms.DecimalField:
    attrs = {"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
    return forms.DecimalField(
        label=gettext_lazy("Amount, in the account's currency"),
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(attrs=attrs),
    )


def _more_than_nothing(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise forms.ValidationError(_("Say how much: more than nothing."))
    return amount


class MoneyForm(forms.Form):
    """An account, an amount, a method. `key` makes the same form count once."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, accounts: Iterable[Any], methods: Iterable[Any]) -> None:
        super().__init__(data, label_suffix="")
        self.fields["account_id"].choices = accounts  # type: ignore[attr-defined]
        ways = list(methods)
        self.fields["method_id"].choices = ways  # type: ignore[attr-defined]
        self.initial["method_id"] = ways[0][0] if ways else ""

    def clean_amount(self) -> Decimal:
        """Refuse nothing and less."""
        return _more_than_nothing(self.cleaned_data["amount"])


class DepositForm(MoneyForm):
    """What is to be paid in."""

    account_id = _choice(gettext_lazy("To account"))
    amount = _amount()
    method_id = _ways(gettext_lazy("Way to pay"))


class WithdrawalForm(MoneyForm):
    """What is to be paid out, and where what is earned goes."""

    account_id = _choice(gettext_lazy("From"))
    amount = _amount()
    method_id = _ways(gettext_lazy("Way to be paid"))
    requisite = _line(gettext_lazy("Your own IBAN, account number or wallet address"), 120)
    stated_reason = _choice(
        gettext_lazy("Why you withdraw"),
        lambda: [(code, _(label)) for code, label in STATED_LABELS.items()],
    )
    stated_text = _line(gettext_lazy("In your words, if you like"), required=False)


class TransferForm(forms.Form):
    """From where to where, and how much. `seen_rate` is what was shown, if currencies differ."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    seen_rate = forms.DecimalField(
        required=False, max_digits=24, decimal_places=10, widget=forms.HiddenInput
    )
    source = _choice(gettext_lazy("From"))
    target = _choice(gettext_lazy("To"))
    amount = _amount()

    def __init__(self, data: Any, *, places: Iterable[Any]) -> None:
        super().__init__(data, label_suffix="")
        known = list(places)
        out = [(one.value, one.label) for one in known if not one.is_empty]
        self.fields["source"].choices = out  # type: ignore[attr-defined]
        all_ = [(one.value, one.label) for one in known]
        self.fields["target"].choices = all_  # type: ignore[attr-defined]
        if out:  # the first other place: to move to where it lies moves nothing
            others = [one.value for one in known if one.value != out[0][0]]
            self.initial["target"] = next(iter(others), "")

    def clean_amount(self) -> Decimal:
        """Refuse nothing and less."""
        return _more_than_nothing(self.cleaned_data["amount"])


class AnswerForm(forms.Form):
    """What we asked for."""

    text = _line(gettext_lazy("Your answer"))


class CancelForm(forms.Form):
    """Nothing to type: it is the client's own."""

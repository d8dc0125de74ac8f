"""What people type about transfers."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, choice, line


def amount_field() -> forms.DecimalField:
    """Return the field of an amount in the source's currency."""
    return forms.DecimalField(
        label=gettext_lazy("Amount, in the currency it comes from"),
        max_digits=16,
        decimal_places=4,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )


class StartForm(forms.Form):
    """From where to where, and how much. `key` makes the same form ask once.

    `seen_rate` comes back with the rate that was shown, where one was.
    """

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    seen_rate = forms.DecimalField(
        required=False, max_digits=20, decimal_places=10, widget=forms.HiddenInput
    )
    source = choice(gettext_lazy("From"))
    target = choice(gettext_lazy("To"))
    amount = amount_field()
    note = line(gettext_lazy("Note for the house"), required=False)

    def __init__(self, data: Any, *, sources: Any, targets: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["source"].choices = sources  # type: ignore[attr-defined]
        self.fields["target"].choices = targets  # type: ignore[attr-defined]
        elsewhere = next((value for value, _words in targets if value != _first(sources)), None)
        self.fields["target"].initial = elsewhere

    def tell_rate(self, rate: str) -> None:
        """Draw the form with this rate in it: what is pressed next was seen with it."""
        if self.is_bound:
            self.data = {**{name: self.data.get(name) for name in self.data}, "seen_rate": rate}


def _first(places: Any) -> str:
    """Return the place that stands first in a list; "" in an empty one."""
    return places[0][0] if places else ""


class GiftForm(forms.Form):
    """To another client: number and address of the account that gets it."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    source = choice(gettext_lazy("From"))
    login = forms.IntegerField(
        label=gettext_lazy("To account number"),
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.TextInput(
            attrs={"class": "input num", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address of that account's owner"),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    amount = amount_field()
    note = line(gettext_lazy("Why, for those who decide"))

    def __init__(self, data: Any, *, sources: Any) -> None:
        super().__init__(data, label_suffix="")
        self.fields["source"].choices = sources  # type: ignore[attr-defined]


class CancelForm(DecisionForm):
    """Taken back, and why."""

    verb = "cancel"
    reason = line(gettext_lazy("Why it is taken back"))


class ReturnForm(DecisionForm):
    """Back to where it came from, and why."""

    verb = "return"
    reason = line(gettext_lazy("Why it goes back"))

"""What is typed about people and desks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.identity.queries import roles

INPUT = {"class": "input"}


class NoForm(forms.Form):
    """A button needs no field."""


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs=INPUT))


class MoveForm(forms.Form):
    """Where the person sits from now on."""

    desk: Any = forms.ModelChoiceField(
        label=_("Desk"), queryset=None, required=False, empty_label=_("No desk")
    )

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        fields: Any = self.fields
        fields["desk"].queryset = roles.list_desks()


class DeskForm(forms.Form):
    """A new desk below another."""

    above: Any = forms.ModelChoiceField(
        label=_("Below"), queryset=None, empty_label=_("Choose a desk")
    )
    code = forms.SlugField(
        label=_("Code"),
        max_length=32,
        help_text=_("Small letters and hyphens, like sales-east. It never changes."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"})
    )

    def __init__(self, *args: Any, above: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        fields: Any = self.fields
        fields["above"].queryset = above

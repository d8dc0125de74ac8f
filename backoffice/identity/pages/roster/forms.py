"""What is typed about people, roles and desks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.core import permissions
from backoffice.identity.queries import roles
from backoffice.identity.states import REACH_LABELS

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


class RoleForm(forms.Form):
    """What a role allows, how far, from where; and why it is changed."""

    permissions = forms.MultipleChoiceField(
        label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reach = forms.ChoiceField(
        label=_("Reach"), choices=list(REACH_LABELS.items()), widget=forms.Select
    )
    networks = forms.CharField(
        label=_("Only from these networks, one a line"),
        required=False,
        max_length=2000,
        help_text=_("Like 203.0.113.0/24. Empty: from anywhere."),
        widget=forms.Textarea(attrs={"class": "input", "rows": 3}),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input"})
    )

    def __init__(self, *args: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        fields: Any = self.fields
        names = [(one.code, f"{_(one.label)} ({one.code})") for one in permissions.all()]
        fields["permissions"].choices = names

    @classmethod
    def of(cls, role: Any) -> "RoleForm":
        """Return the form as the role is now."""
        networks = "\n".join(role.networks)
        now = {"permissions": role.permissions, "reach": role.reach, "networks": networks}
        return cls(initial=now)

    def clean_networks(self) -> list[str]:
        """Return the lines."""
        return self.cleaned_data["networks"].split()


class DeskForm(forms.Form):
    """A new desk below another."""

    above: Any = forms.ModelChoiceField(label=_("Below"), queryset=None)
    code = forms.SlugField(
        label=_("Code"), max_length=32, widget=forms.TextInput(attrs={"class": "input"})
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"})
    )

    def __init__(self, *args: Any, above: Any, **extra: Any) -> None:
        super().__init__(*args, **extra)
        fields: Any = self.fields
        fields["above"].queryset = above

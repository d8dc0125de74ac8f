"""What clients type at the door of the personal area."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _email() -> forms.EmailField:
    widget = forms.EmailInput(attrs={"class": "input", "autocomplete": "username"})
    return forms.EmailField(label=_("E-mail"), max_length=254, widget=widget)


def _password(label: Any, autocomplete: str, **extra: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=1024, strip=False, widget=widget, **extra)


class SignInForm(forms.Form):
    """Address and password."""

    email = _email()
    password = _password(_("Password"), "current-password")
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class ForgottenForm(forms.Form):
    """The address to which a new link goes."""

    email = _email()


class NewPasswordForm(forms.Form):
    """A password, twice."""

    new = _password(_("New password"), "new-password", help_text=_("At least twelve characters."))
    again = _password(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        data = super().clean() or {}
        if data.get("new") != data.get("again"):
            raise forms.ValidationError(_("The new password was not typed alike twice."))
        return data

"""What people type when they sign in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.identity.states import DENSITY_LABELS, THEME_LABELS


class PasswordForm(forms.Form):
    """The first step."""

    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"class": "input", "autocomplete": "username", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """The second step: six figures, or a recovery code."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class PasskeyForm(forms.Form):
    """A new passkey: what its owner calls it, and what the authenticator answered."""

    name = forms.CharField(
        label=_("Name, to know it again"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    new_passkey = forms.CharField(max_length=20_000, widget=forms.HiddenInput)


class TasteForm(forms.Form):
    """How the person likes the screen; what is left out stays as it is."""

    theme = forms.ChoiceField(required=False, choices=list(THEME_LABELS.items()))
    density = forms.ChoiceField(required=False, choices=list(DENSITY_LABELS.items()))

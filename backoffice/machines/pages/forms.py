"""What people type about integrations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.company.queries import entities
from backoffice.machines.queries import integrations

INPUT = {"class": "input", "autocomplete": "off"}
DAYS = [
    ("1", _("1 day")),
    ("7", _("7 days")),
    ("30", _("30 days")),
]


class IntegrationForm(forms.Form):
    """What a machine may do, where, from where and how often; its name and purpose once."""

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"})
    )
    purpose = forms.CharField(label=_("What for"), max_length=200, widget=forms.TextInput(INPUT))
    networks = forms.CharField(
        label=_("Calls from"),
        max_length=1000,
        help_text=_("Addresses or networks, one a line: 203.0.113.7 or 203.0.113.0/24"),
        widget=forms.Textarea(attrs={"class": "input", "rows": "3", "spellcheck": "false"}),
    )
    per_minute = forms.IntegerField(
        label=_("Calls a minute"), min_value=1, max_value=60_000, initial=600,
        widget=forms.NumberInput(INPUT),
    )  # fmt: skip
    burst = forms.IntegerField(
        label=_("Calls at once"), min_value=1, max_value=10_000, initial=60,
        widget=forms.NumberInput(INPUT),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, initial: Any = None, is_new: bool = True) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        if not is_new:
            del self.fields["name"], self.fields["purpose"]
        self._choices("entity_ids", _("Legal entities"), entities.list_entities(), required=True)
        self._choices("brand_ids", _("Only these brands"), entities.list_brands(), required=False)
        scopes = [(one.code, f"{one.label} · {one.code}") for one in integrations.scopes_of(())]
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("Scopes"), choices=scopes, widget=forms.CheckboxSelectMultiple
        )

    def _choices(self, name: str, label: Any, rows: Any, *, required: bool) -> None:
        if not required and not rows.exists():
            return
        self.fields[name] = forms.TypedMultipleChoiceField(
            label=label,
            choices=[(row.pk, str(row)) for row in rows],
            coerce=int,
            required=required,
            widget=forms.CheckboxSelectMultiple,
        )


class KeyForm(forms.Form):
    """A public key that was made elsewhere."""

    text = forms.CharField(max_length=2000)


class NamedForm(forms.Form):
    """Which key or token."""

    name = forms.CharField(max_length=64)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=300)


class TokenForm(forms.Form):
    """What a token is for, what it carries, how long it lives."""

    label = forms.CharField(max_length=80)
    scopes = forms.MultipleChoiceField(
        choices=lambda: [(one.code, one.code) for one in integrations.scopes_of(())]
    )
    days = forms.TypedChoiceField(choices=DAYS, coerce=int)


class NoForm(forms.Form):
    """Nothing to type."""

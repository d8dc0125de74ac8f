"""Fields drawn without templates look as Django draws them, and escape what it escapes."""

import re

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString

from backoffice.ui.drawing.fields import FormDrawing
from backoffice.ui.drawing.markup import html, joined


class Everything(forms.Form):
    """A field of each kind that is drawn here, and one that is not."""

    text = forms.CharField(initial='a "quoted" <b>', required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="x&y")
    number = forms.IntegerField(initial=7, min_value=1)
    plain = forms.ChoiceField(choices=[("", "Any"), ("1", "One & <only>"), ("2", "Two")])
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["b"])
    grouped = forms.ChoiceField(choices=[("Here", [("h", "Home")]), ("n", "Nowhere")])
    check = forms.BooleanField(initial=True)


def drawn(renderer: DjangoTemplates) -> dict[str, str]:
    form = Everything(renderer=renderer)
    told = {field.name: re.sub(r">\s+<", "><", str(field).strip()) for field in form}
    return {name: re.sub(r"\s+", " ", text) for name, text in told.items()}


def test_every_field_looks_as_django_draws_it() -> None:
    assert drawn(FormDrawing()) == drawn(DjangoTemplates())


def test_what_is_not_marked_as_safe_is_escaped() -> None:
    assert html("<b>{}</b>{}", "<i>", SafeString("<u>")) == "<b>&lt;i&gt;</b><u>"
    assert joined(["a&", SafeString("<b>"), None]) == "a&amp;<b>None"

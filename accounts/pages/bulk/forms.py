"""What people hand in and type about bulk files."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy

from accounts.pages.forms import DecisionForm, choice, line


class PlaceForm(forms.Form):
    """For which server and which legal entity. `key` makes the form take once."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    server = choice(gettext_lazy("Server"))
    legal_entity = choice(gettext_lazy("Legal entity"))

    def __init__(self, data: Any, files: Any, *, servers: Any, entities: Any) -> None:
        super().__init__(data, files, label_suffix="")
        self.fields["server"].choices = servers  # type: ignore[attr-defined]
        self.fields["legal_entity"].choices = entities  # type: ignore[attr-defined]


class FileForm(PlaceForm):
    """A file beside them."""

    file = forms.FileField(
        label=gettext_lazy("File: CSV in UTF-8"),
        widget=forms.FileInput(attrs={"class": "input", "accept": ".csv,.txt,text/csv"}),
    )


class AskForm(DecisionForm):
    """What the file is for."""

    verb = "ask"
    reason = line(gettext_lazy("What it is for"))


class CancelForm(DecisionForm):
    """Taken back; there is nothing to type."""

    verb = "cancel"


class AgreeForm(DecisionForm):
    """Yes, to exactly what the page showed."""

    verb = "agree"
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class RefuseForm(DecisionForm):
    """No, and why."""

    verb = "refuse"
    reason = line(gettext_lazy("Why not"))


class PauseForm(DecisionForm):
    """It stands still, and why."""

    verb = "pause"
    reason = line(gettext_lazy("Why it stands still"))


class ResumeForm(DecisionForm):
    """It goes on; there is nothing to type."""

    verb = "resume"


class StopForm(DecisionForm):
    """The rest is left out for good, and why."""

    verb = "stop"
    reason = line(gettext_lazy("Why the rest is left out"))

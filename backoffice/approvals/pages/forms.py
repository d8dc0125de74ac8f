"""Forms of the decision bar, of delegations and roles."""

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.identity.queries import people, roles

#: Nobody and nothing is chosen beforehand: the first of a list is no choice.
CHOOSE: tuple[Any, Any] = ("", _("Choose"))


def _text(label: Any, *, most: int = 300, required: bool = True) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input"})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget)


def _hidden(most: int) -> forms.CharField:
    return forms.CharField(max_length=most, widget=forms.HiddenInput)


class DecisionForm(forms.Form):
    """Base: which verb it is; `label_suffix` is the label's own."""

    verb: ClassVar[str] = ""
    label: ClassVar[Any] = ""
    key: ClassVar[str] = ""
    is_main: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", f"id_{self.verb}_%s")
        super().__init__(*args, **kwargs)


class SeenForm(DecisionForm):
    """What was on the page when the button was pressed."""

    payload = _hidden(64)
    facts = _hidden(20_000)


class AgreeForm(SeenForm):
    """Yes."""

    verb = "agree"
    label = _("Agree to")
    key = "a"
    is_main = True


class RefuseForm(SeenForm):
    """No, and why."""

    verb = "refuse"
    label = _("Turn down")
    key = "r"
    reason = _text(_("Why not"))


class ReviewForm(SeenForm):
    """What was done alone was in order, or not."""

    verb = "review"
    label = _("Review")
    key = "a"
    is_main = True
    verdict = forms.ChoiceField(
        label=_("It was"),
        choices=[("in_order", _("in order")), ("objection", _("not in order"))],
        widget=forms.Select(attrs={"class": "select"}),
    )
    reason = _text(_("Words (needed for an objection)"), required=False)


class CancelForm(DecisionForm):
    """Nothing has to be said."""

    verb = "cancel"
    label = _("Take back")
    key = "u"


def around(record: Any, *, opened: Any = None) -> dict[str, Any]:
    """Return the decision bar of a request's page: each form with its address."""
    seen = {"payload": record.request.payload_digest, "facts": record.facts_now}
    kinds: list[type[DecisionForm]] = []
    if record.is_open:
        kinds = [CancelForm] if record.is_mine else [RefuseForm, AgreeForm]
    elif record.waits_for_review and not record.is_mine:
        kinds = [ReviewForm]
    bar = []
    for kind in kinds:
        form = kind(initial=seen)
        is_opened = opened is not None and opened.verb == kind.verb
        url = reverse(f"approvals:request-{kind.verb}", args=[record.request.pk])
        bar.append({"form": form, "url": url, "is_opened": is_opened})
    errors = opened.non_field_errors() if opened is not None and opened.is_bound else ()
    return {"bar": bar, "wrong": errors, "opened": opened}


class RoleForm(forms.Form):
    """Who is to hold which role, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    user = forms.TypedChoiceField(
        label=_("Person"), coerce=int, widget=forms.Select(attrs={"class": "select"})
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.Select(attrs={"class": "select"}))
    reason = _text(_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = _people()  # type: ignore[attr-defined]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            CHOOSE,
            *((one.code, one.name) for one in roles.list_roles()),
        ]


class DelegationForm(forms.Form):
    """Who votes for me, for how many days, and why."""

    to_user = forms.TypedChoiceField(
        label=_("Colleague"), coerce=int, widget=forms.Select(attrs={"class": "select"})
    )
    days = forms.IntegerField(
        label=_("Days, from now on"),
        min_value=1,
        max_value=30,
        initial=7,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    reason = _text(_("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["to_user"].choices = _people()  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """Nothing has to be said."""


def _people() -> list[tuple[Any, Any]]:
    return [CHOOSE, *((one.pk, one.full_name) for one in people.list_owners())]

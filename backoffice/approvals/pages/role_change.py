"""Asking that a role allow something else."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.actions import role_contents
from backoffice.approvals.actions.role_contents import ContentsWish
from backoffice.core.actors import Actor
from backoffice.identity.actions.role_contents import Contents
from backoffice.identity.permissions import EDIT_ROLES
from backoffice.identity.queries import roles, rooms
from backoffice.identity.states import REACH_LABELS
from backoffice.ui.shapes import ActionPage


class ContentsForm(forms.Form):
    """What a role allows, how far, from where; and why it is to be changed."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
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
        fields["permissions"].choices = rooms.choices()

    def clean_networks(self) -> list[str]:
        """Return the lines."""
        return self.cleaned_data["networks"].split()


class ChangeRole(ActionPage):
    """Other contents of a role, asked for: they hold once another person agreed."""

    permission = EDIT_ROLES
    template_name = "approvals/role_change.html"
    form_class = ContentsForm
    needs_step_up: ClassVar[bool] = True
    done = _("Asked for. Another person has to agree.")

    def form(self, data: Any = None) -> Any:
        """Return the form, filled with what the role allows now."""
        role = self.role()
        now = {"permissions": role.permissions, "reach": role.reach}
        return ContentsForm(data, initial={**now, "networks": "\n".join(role.networks)})

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        told = {name: data[name] for name in ("permissions", "reach", "networks")}
        wish = ContentsWish(
            key=data["key"],
            role_id=self.role().pk,
            contents=Contents(**told),
            reason=data["reason"],
        )
        role_contents.ask_to_change_role(change=wish, actor=actor, origin=self.origin, now=self.now)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the role's name on top."""
        return super().show(template_name, {"role": self.role(), **context}, **extra)

    def goes_to(self) -> str:
        """Return the queue of what one asked for."""
        return reverse("approvals:request-list") + "?view=mine"

    def role(self) -> Any:
        """Return the role, or 404."""
        if not hasattr(self, "_role"):
            self._role = roles.get_role(self.kwargs["pk"])
        if self._role is None:
            raise Http404
        return self._role

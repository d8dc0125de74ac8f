"""Another KYC level for a client, asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage
from crm.actions import kyc
from crm.actions.kyc import KycWish
from crm.permissions import EDIT_CLIENTS
from crm.queries import clients
from crm.states import KYC_LEVELS


class KycForm(forms.Form):
    """The level as it is to be, and what was seen that says so."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    level = forms.TypedChoiceField(
        label=_("KYC level"),
        coerce=int,
        choices=[(number, _(words)) for number, words in KYC_LEVELS.items()],
        widget=forms.Select(attrs={"class": "input"}),
    )
    reason = forms.CharField(
        label=_("Why, and which documents were seen"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class AskForLevel(ActionPage):
    """A level opens what a client may do with money: another person has to agree."""

    permission = EDIT_CLIENTS
    template_name = "crm/client_kyc.html"
    form_class = KycForm
    needs_step_up: ClassVar[bool] = True
    done = _("Asked for. Another person has to agree.")

    @cached_property
    def client(self) -> Any:
        """The client; 404 out of reach."""
        return clients.get_client_for(self.request.user, self.kwargs["pk"])

    def form(self, data: Any = None) -> Any:
        """Return the form; it offers the next level first."""
        next_level = min(self.client.kyc_level + 1, max(KYC_LEVELS))
        return KycForm(data, initial={"level": next_level}, label_suffix="")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        words = {name: data[name] for name in ("key", "level", "reason")}
        whose = {"client_id": self.kwargs["pk"], "actor": actor, "now": self.now}
        kyc.ask_for_level(wish=KycWish(**words), origin=self.origin, **whose)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the client's name and level on top; 404 out of reach."""
        return super().show(template_name, {"client": self.client, **context}, **extra)

    def goes_to(self) -> str:
        """Return the client's page."""
        return reverse("crm:client-detail", args=[self.kwargs["pk"]])

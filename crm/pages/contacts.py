"""Another e-mail address or phone for a client, asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage
from crm.actions import contacts
from crm.actions.contacts import ContactWish
from crm.permissions import EDIT_CLIENTS
from crm.queries import clients


class ContactForm(forms.Form):
    """The address and the phone as they are to be, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"class": "input"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "tel"}),
    )
    reason = forms.CharField(
        label=_("Why, and how you know that it is the client"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
    )


class AskForContacts(ActionPage):
    """Both are typed anew: what is on record stays masked for whoever may not read it."""

    permission = EDIT_CLIENTS
    template_name = "crm/client_contacts.html"
    form_class = ContactForm
    needs_step_up: ClassVar[bool] = True
    done = _("Asked for. Another person has to agree.")

    def form(self, data: Any = None) -> Any:
        """Return the form."""
        return ContactForm(data, label_suffix="")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        words = {name: data[name] for name in ("key", "email", "phone", "reason")}
        whose = {"client_id": self.kwargs["pk"], "actor": actor, "now": self.now}
        contacts.ask_for_contacts(wish=ContactWish(**words), origin=self.origin, **whose)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the client's name on top; 404 out of reach."""
        client = clients.get_client_for(self.request.user, self.kwargs["pk"])
        return super().show(template_name, {"client": client, **context}, **extra)

    def goes_to(self) -> str:
        """Return the client's page."""
        return reverse("crm:client-detail", args=[self.kwargs["pk"]])

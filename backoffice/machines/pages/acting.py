"""What is done to an integration: one door for every act on it, each an action and an event."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.core.errors import Conflict, Later, Rejected
from backoffice.identity.actions.machines import Grant
from backoffice.machines.actions import integrations as acting
from backoffice.machines.actions import keys, tokens
from backoffice.machines.actions.integrations import Reaching
from backoffice.machines.pages import forms
from backoffice.machines.pages.integrations import around
from backoffice.machines.permissions import MANAGE_INTEGRATIONS
from backoffice.machines.queries import integrations
from backoffice.ui.shapes import ActionPage, StaffPage


def _issue(told: Mapping[str, Any], label: str, scopes: list[str], days: int) -> Any:
    life = timedelta(days=days)
    return tokens.issue(label=label, scopes=scopes, life=life, **told)


#: verb → its form, and the action; what an action makes that is secret is shown once.
ACTS: dict[str, tuple[type[Any], Callable[..., Any]]] = {
    "key-add": (forms.KeyForm, lambda told, text: keys.add_public_key(text=text, **told)),
    "key-make": (forms.NoForm, lambda told: keys.make_secret(**told)),
    "key-retire": (forms.NamedForm, lambda told, name: keys.retire(key_id=name, **told)),
    "token-issue": (forms.TokenForm, lambda told, **data: _issue(told, **data)),
    "token-revoke": (forms.NamedForm, lambda told, name: tokens.revoke(token=name, **told)),
    "suspend": (forms.ReasonForm, lambda told, reason: acting.suspend(reason=reason, **told)),
    "reinstate": (forms.NoForm, lambda told: acting.reinstate(**told)),
}


class ActOnIntegration(StaffPage):
    """Does one act; a new secret is shown once, on the answer."""

    permission = MANAGE_INTEGRATIONS
    needs_step_up = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it and go back, or show the page again with the reason."""
        record = integrations.get_integration_for(self.request.user, pk, now=self.now)
        form_class, act = ACTS.get(request.POST.get("verb", ""), (forms.NoForm, None))
        form = form_class(request.POST)
        if act is None or not form.is_valid():
            return self.refused(record, _("Something is missing: fill in the form of the act."))
        told = {"user_id": pk, "actor": self.request.user.actor, "now": self.now}
        try:
            return self.done(record, act(told, **form.cleaned_data))
        except (Rejected, Conflict, Later) as reason:
            return self.refused(record, str(reason))

    def done(self, record: Any, made: Any) -> HttpResponse:
        """Show what is secret, or go back."""
        if getattr(made, "secret", ""):
            return self.show("machines/integration_secret.html", {"record": record, "made": made})
        return redirect("machines:integration-detail", record.pk)

    def refused(self, record: Any, error: str) -> HttpResponse:
        """Show the page again: the act open, with what was typed and why it was refused."""
        context = {"record": record, "error": error, "tried": self.request.POST}
        context |= around(self.request.user, record, now=self.now)
        return self.show("machines/integration_detail.html", context, status=422)


class IntegrationEdit(ActionPage):
    """Changes what a machine may do, where, from where and how often."""

    permission = MANAGE_INTEGRATIONS
    needs_step_up = True
    template_name = "machines/integration_form.html"

    def form(self, data: Any = None) -> forms.IntegrationForm:
        """Return the form with what holds now."""
        record = integrations.get_integration_for(
            self.request.user, self.kwargs["pk"], now=self.now
        )
        return forms.IntegrationForm(data, initial=integrations.settings_of(record), is_new=False)

    def act(self, data: Mapping[str, Any], actor: Any) -> None:
        """Change it."""
        acting.change(
            user_id=self.kwargs["pk"],
            grant=grant_of(data),
            reaching=reaching_of(data),
            actor=actor,
            now=self.now,
        )

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("machines:integration-detail", args=[self.kwargs["pk"]])


class IntegrationNew(ActionPage):
    """Registers a machine."""

    permission = MANAGE_INTEGRATIONS
    needs_step_up = True
    template_name = "machines/integration_form.html"
    form_class = forms.IntegrationForm
    made: Any = None

    def act(self, data: Mapping[str, Any], actor: Any) -> None:
        """Register it."""
        self.made = acting.register(
            name=data["name"],
            purpose=data["purpose"],
            grant=grant_of(data),
            reaching=reaching_of(data),
            actor=actor,
            now=self.now,
        )

    def goes_to(self) -> str:
        """Return its page, where it is given a key."""
        if self.made is None:
            raise Http404
        return reverse("machines:integration-detail", args=[self.made.pk])


def grant_of(data: Mapping[str, Any]) -> Grant:
    """Return what a form grants."""
    brands = data.get("brand_ids", ())
    return Grant(scopes=data["scopes"], entity_ids=data["entity_ids"], brand_ids=brands)


def reaching_of(data: Mapping[str, Any]) -> Reaching:
    """Return from where and how often a form lets it call."""
    lines = data["networks"].replace(",", "\n").split("\n")
    networks = [line.strip() for line in lines]
    return Reaching(networks=networks, per_minute=data["per_minute"], burst=data["burst"])

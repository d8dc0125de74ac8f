"""Single grants on a client's card: whom it is shown to beside its own desk, and until when."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people
from backoffice.ui.shapes import ActionPage, Panel, StaffPage
from crm.actions import grants
from crm.permissions import SHOW_CLIENTS
from crm.queries import clients
from crm.queries import grants as asked

DAYS = [(1, _("1 day")), (7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]


class ShowForm(forms.Form):
    """Whom, how long, why."""

    person = forms.ModelChoiceField(label=_("Show to"), queryset=people.list_owners())
    days = forms.TypedChoiceField(label=_("For"), choices=DAYS, coerce=int)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"class": "input"})
    )


class ShownTo(Panel):
    """The single grants on a client, those in force first, and the form for one more."""

    permission = SHOW_CLIENTS
    fragment_name = "crm/_panel_shown_to.html"
    title = _("Shown to")

    def record(self, client_id: int) -> Any:
        """Return the client, if this permission reaches them."""
        return clients.get_client_for(self.request.user, client_id, SHOW_CLIENTS)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the grants and the form."""
        return {"grants": asked.list_grants_on(record.pk)[:20], "form": ShowForm()}


class ShowClient(ActionPage):
    """One more person may see the client."""

    permission = SHOW_CLIENTS
    needs_step_up = True
    form_class = ShowForm
    template_name = "crm/client_show.html"
    done = _("Shown.")

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the client's name around the form; 404 out of reach."""
        around = {"record": self._client(), **context}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the client's card."""
        return reverse("crm:client-detail", args=[self.kwargs["client_id"]])

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Show it."""
        grants.show_client(
            client_id=self._client().pk,
            user_id=data["person"].pk,
            until=self.now + timedelta(days=data["days"]),
            reason=data["reason"],
            actor=actor,
            now=self.now,
        )

    def _client(self) -> Any:
        user, pk = self.request.user, self.kwargs["client_id"]
        return clients.get_client_for(user, pk, SHOW_CLIENTS)


class StopShowing(StaffPage):
    """Ends a single grant at once."""

    permission = SHOW_CLIENTS

    def post(self, request: Any, pk: int) -> HttpResponse:
        """End it, if the client is in this permission's reach."""
        grant = asked.get_grant(pk)
        if grant is None:
            raise Http404
        clients.get_client_for(request.user, grant.content_object_id, SHOW_CLIENTS)
        try:
            grants.stop_showing(grant_id=pk, actor=request.user.actor, now=self.now)
            messages.info(request, _("Not shown any more."))
        except Rejected as reason:
            messages.warning(request, str(reason))
        return redirect("crm:client-detail", grant.content_object_id)

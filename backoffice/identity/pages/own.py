"""One's own sign-in: passkeys, the sessions that are open, the devices they came from.

Templates and their context:
  identity/own.html          seen: [Seen], new_devices, passkeys, has_code, codes_left
  identity/passkey_add.html  form (name), options: JSON for the browser, error
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.identity.actions import passkeys, visits
from backoffice.identity.pages import passkey_dialog
from backoffice.identity.pages.entry import VISIT
from backoffice.identity.pages.forms import PasskeyForm
from backoffice.identity.queries import two_factor
from backoffice.identity.queries import visits as asked
from backoffice.ui.shapes import ActionPage, DetailPage, StaffPage

ADD = "add"  # what a passkey's challenge is for


class OwnSignIn(DetailPage):
    """With what and from where this person is signed in."""

    permission = None
    template_name = "identity/own.html"

    def record(self) -> Any:
        """Return the person."""
        return self.request.user

    def context(self, record: Any) -> dict[str, Any]:
        """Return sessions, new devices, and factors."""
        this = self.request.session.get(VISIT)
        return {
            "seen": asked.list_visits_of(record.pk, this=this, now=self.now),
            "new_devices": asked.new_devices_of(record.pk, but=this),
            "passkeys": two_factor.list_passkeys(record.pk),
            "has_code": two_factor.has_code(record.pk),
            "codes_left": two_factor.recovery_codes_left(record.pk),
        }


class NewDevices(DetailPage):
    """A notice on the morning page: somebody signed in as this person from a new browser."""

    permission = None
    in_background = True
    template_name = fragment_name = "identity/_new_devices.html"

    def record(self) -> Any:
        """Return the person."""
        return self.request.user

    def context(self, record: Any) -> dict[str, Any]:
        """Return the devices that nobody recognised yet."""
        this = self.request.session.get(VISIT)
        return {"new_devices": asked.new_devices_of(record.pk, but=this)}


class OwnAct(StaffPage):
    """A button of that page; it leads back to it."""

    permission = None

    def done(self, words: Any) -> HttpResponse:
        """Say what was done."""
        messages.info(self.request, words)
        return redirect("identity:own")

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told."""
        user = self.request.user
        return {"user_id": user.pk, "actor": user.actor, "now": self.now}


class EndVisit(OwnAct):
    """Signs one other session out; it makes nobody stronger, so it asks for nothing."""

    is_harmless = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it."""
        if not visits.end_visit(visit_id=pk, **self.whose):
            raise Http404
        return self.done(_("That session has ended."))


class EndOtherVisits(OwnAct):
    """Signs everything out but this session."""

    is_harmless = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """End them."""
        visits.end_visits(but=request.session.get(VISIT), **self.whose)
        return self.done(_("Every other session has ended."))


class RecogniseDevice(OwnAct):
    """Says that a new device is one's own."""

    needs_step_up = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it for one's own."""
        if not asked.new_devices_of(self.request.user.pk).filter(pk=pk).exists():
            raise Http404
        visits.recognise_device(device_id=pk, **self.whose)
        return self.done(_("Noted: that device is yours."))


class AddPasskey(ActionPage):
    """One more passkey."""

    permission = None
    needs_step_up = step_up_to_read = True
    form_class = PasskeyForm
    template_name = "identity/passkey_add.html"
    success_url = reverse_lazy("identity:own")
    done = _("The passkey is added.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it."""
        passkeys.add_passkey(
            user_id=self.request.user.pk,
            answer=data[passkey_dialog.NEW],
            challenge=passkey_dialog.take(self.request, ADD),
            name=data["name"],
            actor=actor,
            now=self.now,
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with a fresh challenge."""
        question = passkeys.offer(user_id=self.request.user.pk)
        options = passkey_dialog.keep(self.request, question, ADD)
        return super().show(template_name, {"options": options, **context}, **extra)


class RemovePasskey(OwnAct):
    """Takes a passkey away, unless nothing else would be left."""

    needs_step_up = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Remove it."""
        if not two_factor.list_passkeys(self.request.user.pk).filter(pk=pk).exists():
            raise Http404
        try:
            passkeys.remove_passkey(passkey_id=pk, **self.whose)
        except passkeys.LastFactor as reason:
            return self.done(str(reason))
        return self.done(_("The passkey is removed."))

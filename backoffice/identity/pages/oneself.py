"""Leaving, and how one likes the screen."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.views import View

from backoffice.core import clock
from backoffice.identity.actions import people, sessions
from backoffice.identity.pages.entry import VISIT, visitor
from backoffice.identity.pages.forms import TasteForm


class SignOut(View):
    """Ends the session; by POST only, so that no picture on another site can."""

    open_to_strangers = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """Forget who was signed in."""
        user = visitor(request)
        if user.is_authenticated:
            visit, now = request.session.get(VISIT), clock.now()
            sessions.record_sign_out(user_id=user.pk, visit_id=visit, actor=user.actor, now=now)
        logout(request)
        return redirect("identity:sign-in")


class ChangeTaste(View):
    """Theme and density; the page has changed already, so the answer is empty."""

    is_harmless = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what was chosen."""
        form = TasteForm(request.POST)
        if not form.is_valid():
            return HttpResponseBadRequest()
        changes = {name: value for name, value in form.cleaned_data.items() if value}
        if changes:
            user = visitor(request)
            people.change_preferences(
                user_id=user.pk, changes=changes, actor=user.actor, now=clock.now()
            )
        return HttpResponse(status=204)

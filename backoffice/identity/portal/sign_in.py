"""Signing in to the personal area, leaving it, and a password by a link.

Templates and their context (all extend portal/door.html):
  portal/identity/sign_in.html    form (email, password, next), error
  portal/identity/forgotten.html  form (email), error, sent: whether a link was asked for
  portal/identity/password.html   form (new, again) or none when the link is over, error
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.actions import clients, credentials, sessions
from backoffice.identity.portal import entry
from backoffice.identity.portal.forms import ForgottenForm, NewPasswordForm, SignInForm
from backoffice.identity.queries import links
from backoffice.identity.states import Refusal


class ClientGate(View):
    """A door before the sign-in: open to strangers, never cached."""

    open_to_strangers = True
    template_name: str

    @method_decorator([never_cache, sensitive_post_parameters("password", "new", "again")])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the answer out of caches and the secrets out of error reports."""
        return super().dispatch(request, *args, **kwargs)

    def show(self, status: int = 200, **context: Any) -> HttpResponse:
        """Render the page."""
        return render(self.request, self.template_name, {"error": "", **context}, status=status)

    def too_often(self, form: Any) -> HttpResponse:
        """Say that it was tried too often."""
        words = _("Too many attempts. Wait a quarter of an hour, then try again.")
        return self.show(form=form, error=words, status=429)


class ClientSignIn(ClientGate):
    """Address and password."""

    template_name = "portal/identity/sign_in.html"

    def get(self, request: Any) -> HttpResponse:
        """Ask for them; whoever is signed in goes on."""
        to = _own_path(request.GET.get("next", ""))
        if request.user.is_authenticated and request.user.kind == "client":
            return redirect(to or "portal:home")
        return self.show(form=SignInForm(initial={"next": to}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check both, and sign in."""
        form = SignInForm(request.POST)
        if not form.is_valid():
            return self._refused(form)
        email = form.cleaned_data["email"]
        if not entry.may_try(request, entry.counted_as(email)):
            _note(email, Refusal.LOCKED)
            return self.too_often(form)
        user = credentials.check_client(email, form.cleaned_data["password"])
        if user is None:
            return self._wrong(form, email)
        entry.enter(request, user)
        return redirect(_own_path(form.cleaned_data["next"]) or "portal:home")

    def _wrong(self, form: SignInForm, email: str) -> HttpResponse:
        _note(email, Refusal.PASSWORD)
        if entry.count(self.request, entry.counted_as(email)):
            return self.too_often(form)
        return self._refused(form)

    def _refused(self, form: SignInForm) -> HttpResponse:
        # One sentence whatever was wrong: an unknown name, the password, a client shut out.
        sentence = _("This e-mail address and password do not let you in.")
        return self.show(form=form, error=sentence, status=422)


class ClientSignOut(View):
    """Leaves."""

    open_to_strangers = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session."""
        entry.leave(request)
        return redirect("entrance:sign-in")


class Forgotten(ClientGate):
    """A new link, to whoever has the mailbox; the answer is the same for every address."""

    template_name = "portal/identity/forgotten.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the address."""
        return self.show(form=ForgottenForm(), sent=False)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for the link, a few times in a quarter of an hour."""
        form = ForgottenForm(request.POST)
        if not form.is_valid():
            return self.show(form=form, sent=False, status=422)
        name = entry.counted_as(form.cleaned_data["email"], "link")
        if not entry.may_try(request, name):
            return self.too_often(form)
        entry.count(request, name)
        email = form.cleaned_data["email"]
        clients.ask_for_link(email=email, actor=entry.GATE, now=clock.now())
        return self.show(form=form, sent=True)


class ChoosePassword(ClientGate):
    """A password, by a link that works once."""

    template_name = "portal/identity/password.html"

    def get(self, request: HttpRequest, user_id: int, token: str) -> HttpResponse:
        """Ask for it, while the link works."""
        if links.user_of_link(user_id, token) is None:
            return self.show(form=None, status=410)
        return self.show(form=NewPasswordForm())

    def post(self, request: HttpRequest, user_id: int, token: str) -> HttpResponse:
        """Set it; the client signs in with it next."""
        form = NewPasswordForm(request.POST)
        if form.is_valid() and self._set(form, user_id, token):
            return redirect(f"{resolve_url('entrance:sign-in')}?set=1")
        is_over = links.user_of_link(user_id, token) is None
        return self.show(form=None if is_over else form, status=410 if is_over else 422)

    def _set(self, form: NewPasswordForm, user_id: int, token: str) -> bool:
        whose: dict[str, Any] = {
            "user_id": user_id,
            "actor": Actor.client(user_id),
            "now": clock.now(),
        }
        try:
            clients.set_password(token=token, password=form.cleaned_data["new"], **whose)
        except Rejected as reason:
            form.add_error(None, str(reason))
            return False
        return True


def _note(email: str, reason: Refusal) -> None:
    sessions.record_client_refusal(email=email, reason=reason, actor=entry.GATE, now=clock.now())


def _own_path(text: str) -> str:
    """Return the path if it leads into the personal area, else an empty text."""
    is_ours = url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if is_ours and text.startswith(resolve_url("portal:home")) else ""

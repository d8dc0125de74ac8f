"""Signing in: the password, then a one-time code. Nobody is signed in before the second step.

Templates and their context:
  identity/sign_in.html         form (email, password, next), error: one sentence or empty
  identity/sign_in_code.html    form (code), error, passkey_options: JSON, or empty without one
  identity/enrol.html           form (code), error, qr: an image as a data address,
                                secret: in groups of four; passkey_options: JSON
  identity/recovery_codes.html  codes: the new ones, shown once, or empty; left: how many are
                                unused; next: where to go on
Addresses: identity:sign-in, identity:sign-in-code, identity:sign-in-enrol, identity:recovery-codes,
identity:sign-out, identity:taste
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.core import clock
from backoffice.identity.actions import passkeys, sessions, two_factor
from backoffice.identity.pages import entry, passkey_dialog, pre_auth
from backoffice.identity.pages.forms import CodeForm, PasswordForm
from backoffice.identity.queries.two_factor import has_factor
from backoffice.identity.states import Refusal

SIGN_IN = "sign-in"  # what a passkey's challenge is for


class Gate(View):
    """A door before the sign-in: open to strangers, never cached."""

    open_to_strangers = True
    template_name: str

    @method_decorator([never_cache, sensitive_post_parameters("password", "code")])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the answer out of caches and the secrets out of error reports."""
        return super().dispatch(request, *args, **kwargs)

    def show(self, status: int = 200, **context: Any) -> HttpResponse:
        """Render the page."""
        return render(self.request, self.template_name, {"error": "", **context}, status=status)


class SignIn(Gate):
    """The first step."""

    template_name = "identity/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for address and password; whoever is signed in goes on."""
        to = pre_auth.own_path(request.GET.get("next", ""))
        if entry.visitor(request).is_verified():
            return redirect(to or resolve_url(settings.LOGIN_REDIRECT_URL))
        return self.show(form=PasswordForm(initial={"next": to}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check the password, and go on to the second step."""
        form = PasswordForm(request.POST)
        if not form.is_valid():  # a gap is said at its field
            return self.show(form=form, status=422)
        email = form.cleaned_data["email"].strip().lower()
        if not entry.is_open(request, email):
            return entry.shut(request, email)
        user = authenticate(request, email=email, password=form.cleaned_data["password"])
        if user is None:
            return self._wrong(form, email)
        return _second_step(request, user, form.cleaned_data["next"])

    def _wrong(self, form: PasswordForm, email: str) -> HttpResponse:
        entry.note_wrong_password(self.request, email)
        reason = Refusal.LOCKED if entry.is_locked_out(self.request) else Refusal.PASSWORD
        sessions.record_refusal(email=email, reason=reason, actor=entry.GATE, now=clock.now())
        return self._refused(form)

    def _refused(self, form: PasswordForm) -> HttpResponse:
        # One sentence whatever was wrong: an unknown name, the password, a suspended person.
        sentence = _("This e-mail address and password do not let you in.")
        return self.show(form=form, error=sentence, status=422)


def _second_step(request: HttpRequest, user: Any, to: str) -> HttpResponse:
    if has_factor(user.pk):
        pre_auth.start(request, user, to=to)
        return redirect("identity:sign-in-code")
    device = two_factor.offer_factor(user_id=user.pk, actor=user.actor, now=clock.now())
    pre_auth.start(request, user, to=to, device_id=device.pk)
    return redirect("identity:sign-in-enrol")


class SecondStep(Gate):
    """A door for those who passed the first step a short while ago."""

    passed: pre_auth.Passed

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send everybody else to the first step."""
        passed = pre_auth.read(request)
        if passed is None:
            return redirect("identity:sign-in")
        self.passed = passed
        return super().dispatch(request, *args, **kwargs)


class SignInCode(SecondStep):
    """The second step: the one-time code, or a recovery code."""

    template_name = "identity/sign_in_code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code or the passkey."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check the proof, and only then sign in."""
        email = self.passed.user.email
        if not entry.is_open(request, email):
            return entry.shut(request, email)
        factor = self._factor()
        if factor is None:
            return self._wrong()
        return redirect(entry.enter(request, self.passed, factor))

    def _factor(self) -> Any:
        post, user = self.request.POST, self.passed.user
        whose = {"user_id": user.pk, "actor": user.actor, "now": clock.now()}
        if answer := post.get(passkey_dialog.FIELD, ""):
            challenge = passkey_dialog.take(self.request, SIGN_IN)
            return passkeys.pass_passkey(answer=answer, challenge=challenge, **whose)
        known = entry.known_device(self.request, user.email)
        return sessions.pass_second_factor(
            code=post.get("code", "")[:40], device_id=known and known.pk, **whose
        )

    def _wrong(self) -> HttpResponse:
        if entry.count_failure(self.request, self.passed.user.email):
            return entry.locked_out(self.request)
        return self._shown(error=wrong_code(), status=422)

    def _shown(self, error: str = "", status: int = 200) -> HttpResponse:
        question = passkeys.ask(user_id=self.passed.user.pk)
        options = passkey_dialog.keep(self.request, question, SIGN_IN) if question else ""
        return self.show(form=CodeForm(), error=error, passkey_options=options, status=status)


def wrong_code() -> str:
    """Return the one sentence for a code that is wrong, used, or typed too soon after another."""
    return _("This code does not let you in. Wait for the next one and type that.")

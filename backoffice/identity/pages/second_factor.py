"""Enrolling the second factor at the first sign-in, and new recovery codes later."""

from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.core import clock
from backoffice.identity.actions import passkeys, two_factor
from backoffice.identity.calc import browsers
from backoffice.identity.pages import entry, passkey_dialog
from backoffice.identity.pages.forms import CodeForm
from backoffice.identity.pages.sign_in import SecondStep, wrong_code
from backoffice.identity.queries.two_factor import Offer, get_offer, recovery_codes_left

ENROL = "enrol"  # what a passkey's challenge is for
CODES_PAGE = "identity/recovery_codes.html"


class EnrolSecondFactor(SecondStep):
    """The second step of somebody who has no second factor yet: no way around it."""

    template_name = "identity/enrol.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the secret as a picture and as text."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the secret or the passkey, sign in, and show the recovery codes once."""
        email = self.passed.user.email
        if not entry.is_open(request, email):
            return entry.shut(request, email)
        self._offer()
        try:
            factor = self._factor()
        except passkeys.BadAnswer as reason:
            return self._shown(error=str(reason), status=422)
        except two_factor.EnrolledAlready:
            return redirect("identity:sign-in")
        return self._enrolled(factor) if factor else self._wrong()

    def _factor(self) -> Any:
        post, user = self.request.POST, self.passed.user
        whose = {"user_id": user.pk, "actor": user.actor, "now": clock.now()}
        answer = post.get(passkey_dialog.NEW, "")
        if answer:
            challenge = passkey_dialog.take(self.request, ENROL)
            name = browsers.name_of(self.request.META.get("HTTP_USER_AGENT", ""))
            return passkeys.enrol_passkey(answer=answer, challenge=challenge, name=name, **whose)
        code, device = post.get("code", "")[:40], self.passed.device_id or 0
        return two_factor.enrol_factor(device_id=device, code=code, **whose)

    def _enrolled(self, device: object) -> HttpResponse:
        user = self.passed.user
        codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=clock.now())
        to = entry.enter(self.request, self.passed, device)
        context = {"codes": codes, "left": len(codes), "next": to}
        return render(self.request, CODES_PAGE, context)

    def _wrong(self) -> HttpResponse:
        if entry.count_failure(self.request, self.passed.user.email):
            return entry.locked_out(self.request)
        return self._shown(error=wrong_code(), status=422)

    def _shown(self, error: str = "", status: int = 200) -> HttpResponse:
        offer = self._offer()
        picture = segno.make(offer.address, error="m").svg_data_uri(scale=4, border=2)
        groups = [offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)]
        secret = " ".join(groups)
        question = passkeys.offer(user_id=self.passed.user.pk)
        options = passkey_dialog.keep(self.request, question, ENROL)
        shown = {"qr": picture, "secret": secret, "passkey_options": options}
        return self.show(form=CodeForm(), error=error, status=status, **shown)

    def _offer(self) -> Offer:
        offer = get_offer(self.passed.user.pk, self.passed.device_id or 0)
        if offer is None:  # enrolled meanwhile, or replaced by a later sign-in
            raise Http404
        return offer


class RecoveryCodes(View):
    """How many recovery codes are left; new ones against a fresh proof."""

    needs_own_proof = True

    @method_decorator([never_cache, sensitive_post_parameters("step_up_code")])
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Keep the codes out of caches."""
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how many are left."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make new ones; the guard asked for a proof of its own first."""
        user, now = entry.visitor(request), clock.now()
        codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=now)
        return self._shown(codes=codes)

    def _shown(self, *, codes: list[str] | None = None) -> HttpResponse:
        left = recovery_codes_left(entry.visitor(self.request).pk)
        context = {"codes": codes or [], "left": left, "next": reverse("identity:own")}
        return render(self.request, CODES_PAGE, context)

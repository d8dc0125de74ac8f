"""Enrolling the second factor at the first sign-in, and new recovery codes later."""

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backoffice.core import clock
from backoffice.identity.actions import sessions, two_factor
from backoffice.identity.pages import entry
from backoffice.identity.pages.forms import CodeForm
from backoffice.identity.pages.sign_in import SecondStep, wrong_code
from backoffice.identity.queries.two_factor import Offer, get_offer, recovery_codes_left

CODES_PAGE = "identity/recovery_codes.html"


class EnrolSecondFactor(SecondStep):
    """The second step of somebody who has no second factor yet: no way around it."""

    template_name = "identity/enrol.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the secret as a picture and as text."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirm the secret by its first code, sign in, and show the recovery codes once."""
        user, now = self.passed.user, clock.now()
        if not entry.is_open(request, user.email):
            return entry.shut(request, user.email)
        self._offer()
        device = two_factor.enrol_factor(
            user_id=user.pk,
            device_id=self.passed.device_id or 0,
            code=request.POST.get("code", "")[:40],
            actor=user.actor,
            now=now,
        )
        return self._enrolled(device) if device else self._wrong()

    def _enrolled(self, device: object) -> HttpResponse:
        user = self.passed.user
        codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=clock.now())
        to = entry.enter(self.request, self.passed, device)
        context = {"codes": codes, "left": len(codes), "form": CodeForm(), "error": "", "next": to}
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
        return self.show(form=CodeForm(), error=error, qr=picture, secret=secret, status=status)

    def _offer(self) -> Offer:
        offer = get_offer(self.passed.user.pk, self.passed.device_id or 0)
        if offer is None:  # enrolled meanwhile, or replaced by a later sign-in
            raise Http404
        return offer


class RecoveryCodes(View):
    """How many recovery codes are left; new ones against a one-time code."""

    @method_decorator([never_cache, sensitive_post_parameters("code")])
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Keep the codes out of caches."""
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show how many are left."""
        return self._shown()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make new ones, once the second factor was shown again."""
        user, now = entry.visitor(request), clock.now()
        code = request.POST.get("code", "")[:40]
        device = sessions.pass_second_factor(user_id=user.pk, code=code, actor=user.actor, now=now)
        if device is None:
            return self._shown(error=wrong_code(), status=422)
        codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=now)
        return self._shown(codes=codes)

    def _shown(
        self, *, codes: list[str] | None = None, error: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "codes": codes or [],
            "left": recovery_codes_left(entry.visitor(self.request).pk),
            "form": CodeForm(),
            "error": error,
            "next": resolve_url(settings.LOGIN_REDIRECT_URL),
        }
        return render(self.request, CODES_PAGE, context, status=status)

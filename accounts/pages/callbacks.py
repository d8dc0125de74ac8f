"""Where payment providers tell us what happened: one address a provider, for machines only.

No session, no CSRF token, no page: what came is kept, and answered at once. What it means is judged
by a piece of work afterwards.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from accounts.actions.deposits import callbacks
from accounts.actions.deposits.callbacks import LARGEST, Callback
from accounts.actions.deposits.providers import NoSuchProvider
from accounts.terms import Signature
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.edge.client_address import client_address

LISTENER = Actor.system("callbacks")


@method_decorator(csrf_exempt, name="dispatch")
class ProviderCalls(View):
    """200: kept, and it will be judged. 401: kept, and it never will be. 403: from an address that
    may not call back. 413: too long to keep."""

    http_method_names = ["post"]
    open_to_strangers = True
    in_background = True

    def post(self, request: HttpRequest, provider: str) -> HttpResponse:
        """Keep what came, as it came."""
        told = str(request.META.get("CONTENT_LENGTH") or "0")
        if not told.isdecimal() or int(told) > LARGEST:
            return HttpResponse(status=413)
        callback = Callback(
            provider=provider,
            address=client_address(request),
            headers=request.headers,
            body=request.body,
        )
        return _answer(callback)


def _answer(callback: Callback) -> HttpResponse:
    try:
        kept = callbacks.keep_callback(callback=callback, actor=LISTENER, now=clock.now())
    except NoSuchProvider:
        raise Http404 from None
    if kept.is_foreign:
        return HttpResponse(status=403)
    return HttpResponse(status=200 if kept.signature is Signature.GOOD else 401)

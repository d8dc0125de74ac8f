"""What a proxy or an orchestrator asks, without signing in: does the process live, can it serve?"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from backoffice.health.queries import status


class Probe(View):
    """A door for machines on the same network: open to strangers, and never cached."""

    open_to_strangers = True

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the answer out of caches."""
        return super().dispatch(request, *args, **kwargs)


class Live(Probe):
    """The process answers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Say so."""
        return HttpResponse("ok\n", content_type="text/plain")


class Ready(Probe):
    """The process can serve pages, or 503."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask the database."""
        if status.is_ready():
            return HttpResponse("ready\n", content_type="text/plain")
        words = "the database does not answer\n"
        return HttpResponse(words, content_type="text/plain", status=503)

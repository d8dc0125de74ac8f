"""What a proxy or an orchestrator asks, without signing in: does the process live, can it serve?"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from backoffice.health.queries import status


@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The process can serve pages, or 503."""
    if status.is_ready():
        return HttpResponse("ready\n", content_type="text/plain")
    return HttpResponse("the database does not answer\n", content_type="text/plain", status=503)


live.open_to_strangers = True
ready.open_to_strangers = True

"""Every address of the machines, below /api/v1/: one include per app, and a no for the rest."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from backoffice.ui.rest.problems import of_absent

app_name = "api"


@csrf_exempt
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer whatever is unknown as a machine reads it."""
    return of_absent()


nothing.open_to_strangers = True  # type: ignore[attr-defined]  # it tells nothing to anybody

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("backoffice.health.api.urls")),
    path("", include("backoffice.machines.api.urls")),
    path("", include("crm.api.urls")),
    path("", include("trading.api.urls")),
    path("", include("accounts.api.urls")),
    re_path(r"^(?P<rest>.*)$", nothing, name="nothing"),
]

"""Every address of the staff: one include per app."""

from django.urls import include, path

from accounts.pages.callbacks import ProviderCalls
from backoffice.health.pages.morning import Morning
from backoffice.ui import admin_site, failures

urlpatterns = [
    path("", Morning.as_view(), name="home"),
    path("", include("backoffice.identity.pages.urls")),
    path("audit/", include("backoffice.audit.pages.urls")),
    path("approvals/", include("backoffice.approvals.pages.urls")),
    path("health/", include("backoffice.health.pages.urls")),
    path("clients/", include("crm.pages.urls")),
    path("trading/", include("trading.pages.urls")),
    path("payments/", include("accounts.pages.urls")),
    path("integrations/", include("backoffice.machines.pages.urls")),
    path("callbacks/<slug:provider>/", ProviderCalls.as_view(), name="provider-calls"),
    path("portal/", include("backoffice.portal")),
    path("api/v1/", include("backoffice.api")),
    path("admin/", admin_site.site.urls),
]

handler400 = failures.bad_request
handler403 = failures.forbidden
handler404 = failures.not_found
handler500 = failures.server_error

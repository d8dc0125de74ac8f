"""Addresses under /health/."""

from django.urls import path

from backoffice.health.pages import probes, status

app_name = "health"

urlpatterns = [
    path("", status.Status.as_view(), name="status"),
    path("footer", status.Footer.as_view(), name="footer"),
    path("live", probes.Live.as_view(), name="live"),
    path("ready", probes.Ready.as_view(), name="ready"),
]

"""Every address of the personal area, under /portal/: clients come in here and nowhere else."""

from django.urls import include, path

urlpatterns = [
    path("", include("backoffice.identity.portal.urls")),
    path("", include("accounts.portal.urls")),
]

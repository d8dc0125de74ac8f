"""Addresses of the integrations, for people."""

from django.urls import path

from backoffice.machines.pages.acting import ActOnIntegration, IntegrationEdit, IntegrationNew
from backoffice.machines.pages.integrations import IntegrationDetail, IntegrationList
from backoffice.machines.pages.reference import Reference

app_name = "machines"
urlpatterns = [
    path("", IntegrationList.as_view(), name="integration-list"),
    path("new/", IntegrationNew.as_view(), name="integration-new"),
    path("reference/", Reference.as_view(), name="reference"),
    path("<int:pk>/", IntegrationDetail.as_view(), name="integration-detail"),
    path("<int:pk>/edit/", IntegrationEdit.as_view(), name="integration-edit"),
    path("<int:pk>/act/", ActOnIntegration.as_view(), name="integration-act"),
]

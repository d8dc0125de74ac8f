"""Addresses under /clients/."""

from django.urls import path

from crm.pages import clients

app_name = "crm"

urlpatterns = [
    path("", clients.ClientList.as_view(), name="client-list"),
    path("<int:pk>/", clients.ClientDetail.as_view(), name="client-detail"),
    path("<int:pk>/timeline", clients.Timeline.as_view(), name="client-timeline"),
]

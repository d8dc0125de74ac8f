"""Addresses of the clients, below /api/v1/."""

from django.urls import path

from crm.api.clients import FindClients, ReadClient, RegisterClient

urlpatterns = [
    path("clients", FindClients.as_view(), name="client-list"),
    path("clients/register", RegisterClient.as_view(), name="client-register"),
    path("clients/<int:pk>", ReadClient.as_view(), name="client"),
]

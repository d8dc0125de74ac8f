"""Addresses of what a machine does for itself, below /api/v1/."""

from django.urls import path

from backoffice.machines.api.description import Description
from backoffice.machines.api.oneself import MakeToken, Me

urlpatterns = [
    path("me", Me.as_view(), name="me"),
    path("tokens", MakeToken.as_view(), name="tokens"),
    path("openapi", Description.as_view(), name="openapi"),
]

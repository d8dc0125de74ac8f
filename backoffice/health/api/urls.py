"""The address of the time, below /api/v1/."""

from django.urls import path

from backoffice.health.api.time import Time

urlpatterns = [path("time", Time.as_view(), name="time")]

"""Is everything alive, as a Django app."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Names the app."""

    name = "backoffice.health"
    label = "health"

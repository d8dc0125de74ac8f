"""The app that asks whether everything is alive."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Checks of the parts, their sum, and the pages that show it."""

    name = "backoffice.health"
    label = "health"

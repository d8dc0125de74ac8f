"""The kernel as a Django app; at start it loads every app's words, events and reactions."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

import backoffice.celery  # noqa: F401 - every process rings, so every process knows the broker


class CoreConfig(AppConfig):
    """Loads `permissions`, `events` and `tasks` of every app, in every process."""

    name = "backoffice.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registers; asks the database nothing."""
        autodiscover_modules("permissions", "events", "tasks")

"""People, as a Django app."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Names the app."""

    name = "crm"
    label = "crm"

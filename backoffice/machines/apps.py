"""The room of the machines: who calls the API, by which keys and tokens, and how often."""

from django.apps import AppConfig


class MachinesConfig(AppConfig):
    """Integrations, their keys and tokens, and the guard of /api/v1/."""

    name = "backoffice.machines"
    label = "machines"
    verbose_name = "Integrations"

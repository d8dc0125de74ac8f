"""The audit room: what was done, by whom, and the proof of it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Registers the room."""

    name = "backoffice.audit"
    label = "audit"

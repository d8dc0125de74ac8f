"""People: leads and clients."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    """Names the app for Django."""

    name = "crm"
    verbose_name = _("Clients")
    default_auto_field = "django.db.models.BigAutoField"

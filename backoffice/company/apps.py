"""The company: legal entities, brands, exclusions, letters and policies."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompanyConfig(AppConfig):
    """Names the room for Django."""

    name = "backoffice.company"
    label = "company"
    verbose_name = _("Company")
    default_auto_field = "django.db.models.BigAutoField"

"""Payment methods in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import PaymentMethod
from backoffice.ui.admin_site import ConfigurationAdmin, site


@admin.register(PaymentMethod, site=site)
class PaymentMethodAdmin(ConfigurationAdmin):
    """Ways for money to come in or go out."""

    list_display = ("code", "name", "kind", "currency", "direction", "legal_entity", "is_active")
    list_select_related = ("legal_entity",)
    list_filter = ("kind", "direction", "is_active")
    search_fields = ("code", "name")
    ordering = ("legal_entity_id", "code", "currency")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Fix what payments will refer to, and always what two people agree to (terms)."""
        agreed = ("fee_percent", "minimum", "maximum")
        return ("legal_entity", "code", "currency", *agreed) if obj else agreed

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let the confirmations be left out: most methods move no coins."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "confirmations":
            field.required = False
        return field

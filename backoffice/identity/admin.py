"""People and roles in the admin site: roles and desks can be edited, people only looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backoffice.identity.models import Desk, Role, RoleGrant, User
from backoffice.identity.models.desk import path_below
from backoffice.ui.admin_site import ConfigurationAdmin, ReadOnlyAdmin, site


@admin.register(User, site=site)
class UserAdmin(ReadOnlyAdmin):
    """Users of all kinds, newest first."""

    list_display = ("full_name", "kind", "email", "desk", "is_active", "last_login")
    list_select_related = ("desk",)
    list_filter = ("kind", "is_active")
    search_fields = ("=email", "full_name__istartswith")
    exclude = ("password",)


@admin.register(Role, site=site)
class RoleAdmin(ReadOnlyAdmin):
    """Roles, looked at: they are changed on their own page, with a reason."""

    list_display = ("code", "name", "reach", "is_builtin")
    search_fields = ("code", "name")
    ordering = ("code",)


@admin.register(RoleGrant, site=site)
class RoleGrantAdmin(ReadOnlyAdmin):
    """Who holds which role."""

    list_display = ("user", "role", "legal_entity", "granted_by", "granted_at", "revoked_at")
    list_select_related = ("user", "role", "legal_entity")
    list_filter = ("role",)
    search_fields = ("=user__email",)


@admin.register(Desk, site=site)
class DeskAdmin(ConfigurationAdmin):
    """Desks: a place in the tree is chosen once, the name can change."""

    list_display = ("path", "name", "legal_entity")
    list_select_related = ("legal_entity",)
    search_fields = ("code", "name")
    ordering = ("legal_entity_id", "path")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Fix the place in the tree."""
        return ("parent", "legal_entity", "code", "path") if obj else ()

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Give a new desk its path."""
        if not change:
            obj.path = path_below(obj.parent, obj.code)
        super().save_model(request, obj, form, change)

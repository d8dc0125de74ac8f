"""The company's configuration in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backoffice.company.models import (
    Brand,
    ExcludedSubject,
    LegalEntity,
    LetterTemplate,
    PolicyVersion,
)
from backoffice.core import clock
from backoffice.ui.admin_site import ConfigurationAdmin, site


@admin.register(LegalEntity, site=site)
class LegalEntityAdmin(ConfigurationAdmin):
    """Legal entities: a code never changes, because books and files carry it."""

    list_display = ("code", "name", "jurisdiction", "reporting_currency", "is_active")
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Fix the code and the currency of the books once they are used."""
        return ("code", "reporting_currency") if obj else ()


@admin.register(Brand, site=site)
class BrandAdmin(ConfigurationAdmin):
    """Brands."""

    list_display = ("code", "name", "legal_entity", "site_url")
    list_select_related = ("legal_entity",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Fix the code once it is used."""
        return ("code", "legal_entity") if obj else ()


@admin.register(ExcludedSubject, site=site)
class ExcludedSubjectAdmin(ConfigurationAdmin):
    """The exclusion list: an entry is added; an action takes it off again."""

    list_display = ("kind", "key", "reason", "added_by", "added_at", "removed_at")
    list_filter = ("kind",)
    search_fields = ("=key",)
    fields = ("kind", "key", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An entry stays as it was written."""
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Say who put it on the list, and when."""
        obj.added_by = str(request.user.actor)
        obj.added_at = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(LetterTemplate, site=site)
class LetterTemplateAdmin(ConfigurationAdmin):
    """Letters: a new text is a new version."""

    list_display = ("code", "language", "version", "legal_entity", "brand", "subject")
    list_select_related = ("legal_entity", "brand")
    list_filter = ("language",)
    search_fields = ("code", "subject")
    ordering = ("code", "language", "-version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A letter that was sent must be readable as it was."""
        return False


@admin.register(PolicyVersion, site=site)
class PolicyVersionAdmin(ConfigurationAdmin):
    """Policies: a change is a new version with a day of entry into force."""

    list_display = ("code", "version", "legal_entity", "valid_from", "set_by", "reason")
    list_select_related = ("legal_entity",)
    search_fields = ("=code",)
    ordering = ("code", "-version")
    fields = ("legal_entity", "code", "version", "value", "valid_from", "reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The database refuses it too."""
        return False

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Say who set it."""
        obj.set_by = str(request.user.actor)
        super().save_model(request, obj, form, change)

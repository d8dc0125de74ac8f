"""Clients in the admin site: to be looked at, with contacts masked."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.ui.admin_site import ReadOnlyAdmin, site
from crm.models import Client
from crm.queries import clients


@admin.register(Client, site=site)
class ClientAdmin(ReadOnlyAdmin):
    """Clients, newest first; found by number or name."""

    list_display = (
        "number",
        "full_name",
        "status",
        "country",
        "legal_entity",
        "owner",
        "created_at",
    )
    list_select_related = ("legal_entity", "owner")
    search_fields = ("number", "full_name")  # said here, so that there is a box; see below
    exclude = ("email", "phone", "phone_digits")
    readonly_fields = ("email_masked", "phone_masked")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Client], search_term: str
    ) -> tuple[QuerySet[Client], bool]:
        """Search as the client list does, where every way has its index."""
        return clients.search(queryset, search_term, by_contacts=False), False

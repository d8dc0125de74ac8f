"""Clients in the admin site: to be looked at, with contacts masked."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.core import clock
from backoffice.ui.admin_site import ReadOnlyAdmin, site
from crm.actions import looks
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

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Show a client; it counts as an opened card, here as on the client's own page."""
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        if object_id is not None and answer.status_code == 200:
            user: Any = request.user
            looks.open_card(
                user_id=user.pk, client_id=int(object_id), actor=user.actor, now=clock.now()
            )
        return answer

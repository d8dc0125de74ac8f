"""Single grants in force, and what is on record about a client's."""

from django.contrib.auth.models import Permission
from django.db.models import F, QuerySet

from crm.models import ClientGrant
from crm.models.grant import IN_FORCE

SEES = ("crm", "view_client")


def list_grants_on(client_id: int) -> QuerySet[ClientGrant]:
    """Return the single grants on a client, newest first, with whether they are in force."""
    grants = ClientGrant.objects.filter(content_object_id=client_id).select_related("user")
    return grants.annotate(in_force=IN_FORCE, client_id=F("content_object_id")).order_by("-id")


def get_grant(pk: int) -> ClientGrant | None:
    """Return one single grant, or None."""
    return ClientGrant.objects.filter(pk=pk).first()


def permission_to_see() -> Permission:
    """Return the permission that a single grant carries: Django's own `crm.view_client`."""
    app, codename = SEES
    return Permission.objects.get(content_type__app_label=app, codename=codename)

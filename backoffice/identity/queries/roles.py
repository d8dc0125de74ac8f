"""Roles and who holds them."""

from django.db.models import QuerySet

from backoffice.identity.models import Desk, Role, RoleGrant


def list_roles() -> QuerySet[Role]:
    """Return all roles, by code."""
    return Role.objects.order_by("code")


def list_grants_of(user_id: int) -> QuerySet[RoleGrant]:
    """Return the roles that a user holds or held, newest first."""
    return (
        RoleGrant.objects.filter(user_id=user_id)
        .select_related("role", "legal_entity")
        .order_by("-id")
    )


def list_desks() -> QuerySet[Desk]:
    """Return all desks as a tree in reading order."""
    return Desk.objects.select_related("legal_entity").order_by("legal_entity__code", "path")


def get_grant(grant_id: int) -> RoleGrant | None:
    """Return a role in somebody's hands, or None when it was taken away or never given."""
    grants = RoleGrant.objects.select_related("role", "user")
    return grants.filter(pk=grant_id, revoked_at=None).first()

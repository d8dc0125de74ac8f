"""Roles and who holds them; desks and who sits at them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from backoffice.core import permissions
from backoffice.identity.models import Desk, Role, RoleGrant, User
from backoffice.identity.queries import people

IN_FORCE = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=Now()))


@dataclass(frozen=True)
class Line:
    """One permission in a role's table."""

    code: str
    label: str
    is_allowed: bool


@dataclass(frozen=True)
class Branch:
    """A desk in the tree with the people at it that the reader may see."""

    desk: Desk
    depth: int
    people: list[User]

    @property
    def path_steps(self) -> range:
        """As many steps as the desk lies below the root."""
        return range(self.depth)


def list_roles() -> QuerySet[Role]:
    """Return all roles, by code."""
    return Role.objects.order_by("code")


def list_roles_with_holders() -> QuerySet[Role]:
    """Return all roles, by name, each with how many active people hold it now (`holders`)."""
    held = (
        Q(grants__revoked_at=None)
        & (Q(grants__expires_at=None) | Q(grants__expires_at__gt=Now()))
        & Q(grants__user__is_active=True)
    )
    counted = Count("grants__user", filter=held, distinct=True)
    return Role.objects.annotate(holders=counted).order_by("name", "id")


def get_role(pk: int) -> Role | None:
    """Return one role, or None."""
    return Role.objects.filter(pk=pk).first()


def permissions_by_room(role: Role) -> list[tuple[str, list[Line]]]:
    """Return every permission that there is, by room, and whether the role allows it."""
    rooms: defaultdict[str, list[Line]] = defaultdict(list)
    for permission in permissions.all():
        line = Line(permission.code, permission.label, permission.code in role.permissions)
        rooms[permission.code.partition(".")[0]].append(line)
    return list(rooms.items())


def list_holders_for(user: Any, role: Role) -> QuerySet[User]:
    """Return who holds the role now, as far as this person sees staff."""
    held = RoleGrant.objects.filter(IN_FORCE, role=role).values("user_id")
    return people.list_staff_for(user).filter(pk__in=held)


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


def list_branches_for(user: Any) -> list[Branch]:
    """Return the tree of desks with the people that this person may see, in reading order."""
    seated: defaultdict[int | None, list[User]] = defaultdict(list)
    for one in people.list_staff_for(user).filter(is_active=True):
        seated[one.desk_id].append(one)
    return [Branch(desk, desk.path.count("."), seated[desk.pk]) for desk in list_desks()]

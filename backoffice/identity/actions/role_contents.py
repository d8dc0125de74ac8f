"""What a role allows: changed with its reason, never in the name of somebody who holds it.

Two people have to agree before (backoffice/approvals/actions/role_contents.py); PostgreSQL says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import live, locks, outbox, permissions
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.actions.people import LastAdministrator, Oneself
from backoffice.identity.calc.networks import normalised
from backoffice.identity.events import RoleChanged
from backoffice.identity.models import Role, RoleGrant, User
from backoffice.identity.permissions import GRANT_ROLES, USE_ADMIN
from backoffice.identity.states import Kind, RoleReach


class BadContents(Rejected):
    """A permission, a reach or a network that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a role allows, how far that reaches, and from which networks its holders come."""

    permissions: Sequence[str]
    reach: str
    networks: Sequence[str] = ()


@transaction.atomic
def change_role(
    *, role_id: int, contents: Contents, reason: str, actor: Actor, now: datetime
) -> Role:
    """Give a role other contents, in force at its holders' next request.

    Raises BadContents; Oneself for a role that the actor holds (nobody widens their own rights);
    LastAdministrator when nobody could grant roles any more.
    """
    locks.advisory("identity.administrators", timeout_ms=5_000)
    role = locks.rows(Role.objects.filter(pk=role_id)).get()
    wanted = lawful(contents)
    require_no_holder(role, actor)
    told = RoleChanged(
        role=role.code,
        added=tuple(sorted(set(wanted.permissions) - set(role.permissions))),
        removed=tuple(sorted(set(role.permissions) - set(wanted.permissions))),
        reach_before=role.reach,
        reach=wanted.reach,
        networks_before=tuple(role.networks),
        networks=tuple(wanted.networks),
        reason=reason.strip(),
    )
    for needed in (USE_ADMIN, GRANT_ROLES):
        if needed.code in told.removed and not _is_held_otherwise(needed.code, role):
            raise LastAdministrator(_("Nobody would be left who can grant roles."))
    role.permissions, role.reach = list(wanted.permissions), wanted.reach
    role.networks = list(wanted.networks)
    role.changed_by, role.changed_at = str(actor), now
    role.save()
    outbox.emit(told, actor=actor, subjects=[("role", role.code)], now=now)
    for holder in _holders(role):
        live.revoke(holder)
    return role


def require_no_holder(role: Role, actor: Actor) -> None:
    """Raise Oneself when the actor holds the role: nobody widens their own rights."""
    if str(actor) in {str(Actor.staff(pk)) for pk in _holders(role)}:
        raise Oneself(_("You hold this role. Somebody who does not hold it has to change it."))


def lawful(contents: Contents) -> Contents:
    """Return the contents in their one order; BadContents for what there is not."""
    unknown = sorted(set(contents.permissions) - set(permissions.registered()))
    if unknown:
        raise BadContents(_("There is no permission %(codes)s.") % {"codes": ", ".join(unknown)})
    if contents.reach not in list(RoleReach):
        raise BadContents(_("There is no such reach."))
    try:
        networks = normalised(contents.networks)
    except ValueError as reason:
        raise BadContents(
            _("A network is written like 203.0.113.0/24, one a line: %(why)s.") % {"why": reason}
        ) from reason
    chosen = sorted(set(contents.permissions))
    return Contents(permissions=chosen, reach=contents.reach, networks=networks)


def _holders(role: Role) -> set[int]:
    held = RoleGrant.objects.filter(role=role, revoked_at=None)
    return set(held.values_list("user_id", flat=True))


def _is_held_otherwise(code: str, role: Role) -> bool:
    """Say whether somebody active holds a permission without an end, by another role than this."""
    held = RoleGrant.objects.filter(revoked_at=None, expires_at=None, legal_entity=None).exclude(
        role=role
    )
    held = held.filter(user__is_active=True, role__permissions__contains=[code])
    everything = User.objects.filter(kind=Kind.STAFF, is_active=True, is_superuser=True)
    return held.exists() or everything.exists()

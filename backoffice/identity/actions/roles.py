"""Roles: granted and revoked, never by the person concerned."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import live, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.actions.people import LastAdministrator, Oneself
from backoffice.identity.events import RoleGranted, RoleRevoked
from backoffice.identity.models import Role, RoleGrant, User
from backoffice.identity.permissions import USE_ADMIN
from backoffice.identity.queries import people
from backoffice.identity.states import Kind


class GrantedAlready(Conflict):
    """The person holds this role there."""


class EndsTooSoon(Rejected):
    """A grant that would have ended before it began."""


class NotGranted(Conflict):
    """The person does not hold this role any more."""


@transaction.atomic
def grant_role(
    *,
    user_id: int,
    role: str,
    legal_entity_id: int | None = None,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> RoleGrant:
    """Give a member of staff the role with this code, in one legal entity or in all.

    Raises Oneself, EndsTooSoon, and GrantedAlready. A grant that has run out is closed, and the
    role is given anew.
    """
    if actor == Actor.staff(user_id):
        raise Oneself(_("Nobody grants themselves a role."))
    if expires_at is not None and expires_at <= now:
        raise EndsTooSoon(_("The end has to lie ahead."))
    user = locks.rows(User.objects.filter(pk=user_id, kind=Kind.STAFF)).get()
    granted = Role.objects.get(code=role)
    held = RoleGrant.objects.filter(
        user=user, role=granted, legal_entity_id=legal_entity_id, revoked_at=None
    ).first()
    if held is not None and (held.expires_at is None or held.expires_at > now):
        raise GrantedAlready(
            _("%(person)s holds the role %(role)s already.") % {"person": user, "role": granted}
        )
    if held is not None:
        _close(held, actor=actor, now=now)
    grant = RoleGrant.objects.create(
        user=user,
        role=granted,
        legal_entity_id=legal_entity_id,
        granted_by=str(actor),
        granted_at=now,
        expires_at=expires_at,
    )
    outbox.emit(
        RoleGranted(grant_id=grant.pk, user_id=user.pk, role=role, legal_entity_id=legal_entity_id),
        actor=actor,
        subjects=[("user", user.pk)],
        now=now,
    )
    return grant


@transaction.atomic
def revoke_role(*, grant_id: int, actor: Actor, now: datetime) -> RoleGrant:
    """Take a role away at once; NotGranted when somebody was first, LastAdministrator."""
    locks.advisory("identity.administrators", timeout_ms=5_000)
    grant = locks.rows(RoleGrant.objects.select_related("role").filter(pk=grant_id)).get()
    if grant.revoked_at is not None:
        raise NotGranted(_("This role was revoked already."))
    if USE_ADMIN.code in grant.role.permissions and not people.other_administrators(
        grant.user_id, USE_ADMIN
    ):
        raise LastAdministrator(_("This is the last administrator."))
    _close(grant, actor=actor, now=now)
    return grant


def _close(grant: RoleGrant, *, actor: Actor, now: datetime) -> None:
    grant.revoked_by = str(actor)
    grant.revoked_at = now
    grant.save(update_fields=["revoked_by", "revoked_at"])
    outbox.emit(
        RoleRevoked(
            grant_id=grant.pk,
            user_id=grant.user_id,
            role=grant.role.code,
            legal_entity_id=grant.legal_entity_id,
        ),
        actor=actor,
        subjects=[("user", grant.user_id)],
        now=now,
    )
    live.revoke(grant.user_id)  # beside the reaction: a socket may not wait for a worker

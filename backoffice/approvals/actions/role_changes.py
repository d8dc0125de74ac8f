"""Giving and taking roles, by two people: asked for by one, agreed to by another."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals.actions import askers, asking, refusals
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Payload, Wish, Words
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.identity.actions import roles as giving
from backoffice.identity.permissions import GRANT_ROLES
from backoffice.identity.queries import people, roles

GRANT = "identity.role_grant"
REVOKE = "identity.role_revoke"


class NoSuchRole(Rejected):
    """A person or a role that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWish:
    """Who is to hold which role, in one legal entity or in all, and why. `key` makes it one."""

    key: UUID
    user_id: int
    role: str
    reason: str
    legal_entity_id: int | None = None


@transaction.atomic
def ask_for_role(
    *,
    role: RoleWish,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> ApprovalRequest:
    """Ask that somebody be given a role; never for oneself. Raises NotAskable, NoSuchRole."""
    askers.require_right(actor, GRANT_ROLES)
    if actor == Actor.staff(role.user_id):
        raise refusals.SamePerson(_("Nobody asks for a role of their own."))
    names = {one.code: one.name for one in roles.list_roles()}
    person = people.get_staff(role.user_id)
    if person is None or role.role not in names:
        raise NoSuchRole(_("There is no such person or role."))
    payload = {
        "user": role.user_id,
        "person": person.full_name,
        "role": role.role,
        "role_name": names[role.role],
        "legal_entity": role.legal_entity_id,
    }
    wish = Wish(
        key=role.key,
        kind=GRANT,
        subject=("user", role.user_id),
        payload=payload,
        reason=role.reason,
    )
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now)


@transaction.atomic
def ask_to_revoke(
    *,
    grant_id: int,
    reason: str,
    key: UUID,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> ApprovalRequest:
    """Ask that a role be taken away; NoSuchRole when nobody holds it."""
    askers.require_right(actor, GRANT_ROLES)
    grant = roles.get_grant(grant_id)
    if grant is None:
        raise NoSuchRole(_("Nobody holds this role any more."))
    payload = {
        "grant": grant.pk,
        "user": grant.user_id,
        "person": grant.user.full_name,
        "role": grant.role.code,
        "role_name": grant.role.name,
        "legal_entity": grant.legal_entity_id,
    }
    subject = ("user", grant.user_id)
    wish = Wish(key=key, kind=REVOKE, subject=subject, payload=payload, reason=reason)
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now)


def give(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Give the role that two people agreed on."""
    entity = payload["legal_entity"]
    giving.grant_role(
        user_id=int(payload["user"]),
        role=payload["role"],
        legal_entity_id=int(entity) if entity is not None else None,
        actor=actor,
        now=now,
    )


def take(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Take the role away that two people agreed on."""
    giving.revoke_role(grant_id=int(payload["grant"]), actor=actor, now=now)


def describe(payload: Payload) -> Words:
    """Tell it in words."""
    where = payload["legal_entity"]
    entity = _("legal entity %(number)s") % {"number": where} if where else _("all legal entities")
    return [
        (_("Person"), payload["person"]),
        (_("Role"), payload["role_name"]),
        (_("Where"), entity),
    ]

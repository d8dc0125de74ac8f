"""Changing what a role allows: asked for by one, agreed to by another; neither holds the role."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals.actions import askers, asking
from backoffice.approvals.actions.role_changes import NoSuchRole
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Payload, Wish, Words
from backoffice.core import permissions
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict
from backoffice.identity.actions import role_contents
from backoffice.identity.actions.role_contents import Contents
from backoffice.identity.permissions import EDIT_ROLES
from backoffice.identity.queries import roles
from backoffice.identity.states import REACH_LABELS, RoleReach

KIND = "identity.role_contents"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentsWish:
    """What which role is to allow, and why. `key` makes it one."""

    key: UUID
    role_id: int
    contents: Contents
    reason: str


@transaction.atomic
def ask_to_change_role(
    *, change: ContentsWish, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> ApprovalRequest:
    """Ask that a role allow something else; it does once another person agreed.

    Raises NotAskable, NoSuchRole, BadContents, Oneself for a role that the actor holds, Conflict
    when it is so already.
    """
    askers.require_right(actor, EDIT_ROLES)
    role = roles.get_role(change.role_id)
    if role is None:
        raise NoSuchRole(_("There is no such role."))
    role_contents.require_no_holder(role, actor)
    wanted = role_contents.lawful(change.contents)
    payload = {
        "role": role.code,
        "role_name": role.name,
        "permissions": list(wanted.permissions),
        "reach": str(wanted.reach),
        "networks": list(wanted.networks),
        "added": sorted(set(wanted.permissions) - set(role.permissions)),
        "removed": sorted(set(role.permissions) - set(wanted.permissions)),
    }
    if _contents(payload) == _now(role):
        raise Conflict(_("The role is like that already."))
    wish = Wish(
        key=change.key,
        kind=KIND,
        subject=("role", role.code),
        payload=payload,
        reason=change.reason,
    )
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now)


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Give the role the contents that two people agreed on."""
    role = _role(payload)
    if role is None:
        raise NoSuchRole(_("There is no such role."))
    role_contents.change_role(
        role_id=role.pk,
        contents=Contents(**_contents(payload)),
        reason=ApprovalRequest.objects.values_list("reason", flat=True).get(pk=request_id),
        actor=actor,
        now=now,
    )


def facts(payload: Payload) -> Payload:
    """Return what a change hangs on: what the role allows now."""
    role = _role(payload)
    return {} if role is None else _now(role)


def tell_facts(told: Payload) -> Words:
    """Tell what the role allows now in words."""
    if not told:
        return []
    return [
        (_("Reach"), _(REACH_LABELS[RoleReach(told["reach"])])),
        (_("Networks"), ", ".join(told["networks"]) or _("from anywhere")),
        (_("Permissions"), _named(told["permissions"])),
    ]


def describe(payload: Payload) -> Words:
    """Tell the change in words."""
    return [
        (_("Role"), payload["role_name"]),
        (_("May then"), _named(payload["added"]) or "—"),
        (_("May no longer"), _named(payload["removed"]) or "—"),
        (_("Reach"), _(REACH_LABELS[RoleReach(payload["reach"])])),
        (_("Networks"), ", ".join(payload["networks"]) or _("from anywhere")),
    ]


def _role(payload: Payload) -> Any:
    return roles.list_roles().filter(code=payload["role"]).first()


def _contents(payload: Payload) -> dict[str, Any]:
    return {name: payload[name] for name in ("permissions", "reach", "networks")}


def _now(role: Any) -> dict[str, Any]:
    return {
        "permissions": sorted(role.permissions),
        "reach": str(role.reach),
        "networks": list(role.networks),
    }


def _named(codes: Any) -> str:
    known = permissions.registered()
    return ", ".join(_(known[code].label) if code in known else code for code in codes)

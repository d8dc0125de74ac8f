"""Roles: tables of permissions, with who changed them and why; a change is asked for (approvals).

Templates and their context:
  identity/role_list.html    rows: [Role with `holders`]
  identity/role_detail.html  record, rooms, holders, may_edit, changes: events about it
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from backoffice.core import records
from backoffice.identity.permissions import EDIT_ROLES, SEE_STAFF
from backoffice.identity.queries import people, roles, rooms
from backoffice.ui.shapes import DetailPage, StaffPage


class RoleList(StaffPage):
    """Every role with its reach and how many hold it."""

    permission = SEE_STAFF

    def get(self, request: Any) -> HttpResponse:
        """Show them."""
        rows = roles.list_roles_with_holders()
        return self.show("identity/role_list.html", {"rows": rows})


class RoleDetail(DetailPage):
    """One role: what it allows, how far, from where, who holds it, who changed it."""

    permission = SEE_STAFF
    template_name = "identity/role_detail.html"

    def record(self, pk: int) -> Any:
        """Return the role."""
        return found(pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the table, and whether a change can be asked for."""
        return {
            "may_edit": self.request.user.may(EDIT_ROLES),
            "rooms": [
                (rooms.word_of(room), allowed)
                for room, lines in roles.permissions_by_room(record)
                if (allowed := [line for line in lines if line.is_allowed])
            ],
            "holders": roles.list_holders_for(self.request.user, record),
            "changes": told(records.for_subject("role", record.code, limit=10)),
        }


def told(changes: list[records.EventView]) -> list[tuple[records.EventView, str]]:
    """Return changes with their sentences, people by name."""
    names = people.names_of(set().union(*(one.person_ids for one in changes)))
    return [(one, one.told_by(_name(one, names), names)) for one in changes]


def _name(change: records.EventView, names: dict[int, str]) -> str:
    if change.actor.kind == "system":
        return _("The system (%(part)s)") % {"part": change.actor.key}
    return names.get(int(change.actor.key), str(change.actor))


def found(pk: int) -> Any:
    """Return the role, or raise Http404."""
    role = roles.get_role(pk)
    if role is None:
        raise Http404
    return role

"""Roles: tables of permissions, with who changed them and why; a change is asked for (approvals).

Templates and their context:
  identity/role_list.html    rows: [Role with `holders`]
  identity/role_detail.html  record, rooms, holders, may_edit, changes: events about it
"""

from typing import Any

from django.http import Http404, HttpResponse

from backoffice.core import records
from backoffice.identity.permissions import EDIT_ROLES, SEE_STAFF
from backoffice.identity.queries import roles
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
            "rooms": roles.permissions_by_room(record),
            "holders": roles.list_holders_for(self.request.user, record),
            "changes": records.for_subject("role", record.code)[:10],
        }


def found(pk: int) -> Any:
    """Return the role, or raise Http404."""
    role = roles.get_role(pk)
    if role is None:
        raise Http404
    return role

"""Roles: tables of permissions, edited on a page, with who changed them and why.

Templates and their context:
  identity/role_list.html    rows: [Role with `holders`]
  identity/role_detail.html  record, rows by room, holders, form or None, changes: events about it
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core import records
from backoffice.core.actors import Actor
from backoffice.identity.actions import role_contents
from backoffice.identity.pages.roster.forms import RoleForm
from backoffice.identity.permissions import EDIT_ROLES, SEE_STAFF
from backoffice.identity.queries import roles
from backoffice.ui.shapes import ActionPage, DetailPage, StaffPage


class RoleList(StaffPage):
    """Every role with its reach and how many hold it."""

    permission = SEE_STAFF

    def get(self, request: Any) -> HttpResponse:
        """Show them."""
        rows = roles.list_roles_with_holders()
        return self.show("identity/role_list.html", {"rows": rows})


def context_for(user: Any, record: Any, form: Any = None) -> dict[str, Any]:
    """Return what a role's page shows; the form only to whoever may change it."""
    may_edit = user.may(EDIT_ROLES)
    return {
        "form": (form or RoleForm.of(record)) if may_edit else None,
        "rooms": roles.permissions_by_room(record),
        "holders": roles.list_holders_for(user, record),
        "changes": records.for_subject("role", record.code)[:10],
    }


class RoleDetail(DetailPage):
    """One role: what it allows, how far, from where, who holds it, who changed it."""

    permission = SEE_STAFF
    template_name = "identity/role_detail.html"

    def record(self, pk: int) -> Any:
        """Return the role."""
        return found(pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the table and the form."""
        return context_for(self.request.user, record)


class ChangeRole(ActionPage):
    """What a role allows, changed, with the reason."""

    permission = EDIT_ROLES
    needs_step_up = True
    form_class = RoleForm
    template_name = "identity/role_detail.html"
    done = _("The role is changed. Its holders work by it from their next click.")

    def form(self, data: Any = None) -> Any:
        """Return the form with what was sent, or as the role is."""
        return RoleForm(data) if data is not None else RoleForm.of(found(self.kwargs["pk"]))

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the role's page around the form."""
        record = found(self.kwargs["pk"])
        around = context_for(self.request.user, record, context["form"])
        return super().show(template_name, {"record": record, **around}, **extra)

    def goes_to(self) -> str:
        """Return the role's page."""
        return reverse("identity:role-detail", args=[self.kwargs["pk"]])

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Change it."""
        contents = role_contents.Contents(
            permissions=data["permissions"], reach=data["reach"], networks=data["networks"]
        )
        role_contents.change_role(
            role_id=found(self.kwargs["pk"]).pk,
            contents=contents,
            reason=data["reason"],
            actor=actor,
            now=self.now,
        )


def found(pk: int) -> Any:
    """Return the role, or raise Http404."""
    role = roles.get_role(pk)
    if role is None:
        raise Http404
    return role

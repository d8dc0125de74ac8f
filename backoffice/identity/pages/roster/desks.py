"""The tree of desks, who sits where, and a new desk below another.

Template and its context:
  identity/desk_tree.html   branches: [Branch], form, may_edit
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.identity.actions import desks
from backoffice.identity.pages.roster.forms import DeskForm
from backoffice.identity.permissions import EDIT_DESKS, SEE_STAFF
from backoffice.identity.queries import roles
from backoffice.ui.shapes import ActionPage, StaffPage


def context_for(user: Any, form: Any = None) -> dict[str, Any]:
    """Return the tree, and the form for whoever may plant in it."""
    branches = roles.list_branches_for(user)
    may_edit = user.may(EDIT_DESKS)
    return {
        "branches": branches,
        "may_edit": may_edit,
        "form": form or DeskForm(above=roles.list_desks()) if may_edit else None,
    }


class DeskTree(StaffPage):
    """Desks and the people at them, as far as this person sees staff."""

    permission = SEE_STAFF

    def get(self, request: Any) -> HttpResponse:
        """Show the tree."""
        return self.show("identity/desk_tree.html", context_for(request.user))


class CreateDesk(ActionPage):
    """A new team."""

    permission = EDIT_DESKS
    needs_step_up = True
    template_name = "identity/desk_tree.html"
    success_url = reverse_lazy("identity:desk-tree")
    done = _("The desk is set up.")

    def form(self, data: Any = None) -> Any:
        """Return the form with the desks that there are."""
        return DeskForm(data, above=roles.list_desks())

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the tree around the form."""
        around = context_for(self.request.user, context["form"])
        return super().show(template_name, {**context, **around}, **extra)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Set it up below the chosen one."""
        above = data["above"]
        desks.create_desk(
            legal_entity_id=above.legal_entity_id,
            parent_id=above.pk,
            code=data["code"],
            name=data["name"],
            actor=actor,
            now=self.now,
        )

"""Who votes for me while I am away, and asking for a colleague's role."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.approvals.actions import delegating, role_changes
from backoffice.approvals.actions.role_changes import RoleWish
from backoffice.approvals.pages import forms
from backoffice.approvals.permissions import USE
from backoffice.approvals.queries import delegations
from backoffice.core.actors import Actor
from backoffice.identity.permissions import GRANT_ROLES
from backoffice.ui.shapes import ActionPage


class Delegations(ActionPage):
    """Whom I let vote, who lets me vote, and the form for another."""

    permission = USE
    template_name = "approvals/delegation_list.html"
    form_class = forms.DelegationForm
    needs_step_up: ClassVar[bool] = True
    success_url = reverse_lazy("approvals:delegation-list")
    done = _("From now on your colleague may vote in your place.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Let them vote."""
        delegating.delegate(
            to_user_id=data["to_user"],
            starts_at=self.now,
            ends_at=self.now + timedelta(days=data["days"]),
            reason=data["reason"],
            actor=actor,
            now=self.now,
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with what stands."""
        made = delegations.list_delegations_of(self.request.user.pk)
        return super().show(template_name, {"made": made, **context}, **extra)


class EndDelegation(ActionPage):
    """I vote for myself again."""

    permission = USE
    template_name = "approvals/delegation_list.html"
    form_class = forms.EndForm
    success_url = reverse_lazy("approvals:delegation-list")
    done = _("Ended.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """End it; another's is as if it were not there."""
        if not delegations.is_mine(self.kwargs["pk"], self.request.user.pk):
            raise Http404
        delegating.end_delegation(delegation_id=self.kwargs["pk"], actor=actor, now=self.now)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with what stands; the form is the one for another delegation."""
        made = delegations.list_delegations_of(self.request.user.pk)
        wrong = context["form"].non_field_errors()
        around = {"made": made, "form": forms.DelegationForm(), "wrong": wrong}
        return super().show(template_name, around, **extra)


class AskRole(ActionPage):
    """A role for a colleague: it is given once another person agreed."""

    permission = GRANT_ROLES
    template_name = "approvals/role_ask.html"
    form_class = forms.RoleForm
    needs_step_up: ClassVar[bool] = True
    done = _("Asked for. Another person has to agree.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        wish = RoleWish(
            key=data["key"], user_id=data["user"], role=data["role"], reason=data["reason"]
        )
        role_changes.ask_for_role(role=wish, actor=actor, origin=self.origin, now=self.now)

    def goes_to(self) -> str:
        """Return the queue of what one asked for."""
        return reverse("approvals:request-list") + "?view=mine"

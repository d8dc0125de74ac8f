"""Staff: the list, one person with roles and sessions, and what is done about them.

Templates and their context:
  identity/staff_list.html    see ListPage
  identity/staff_detail.html  record, grants, seen: [Seen], passkeys, has_code, forms by verb
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.identity.actions import people, two_factor, visits
from backoffice.identity.pages.roster import forms
from backoffice.identity.permissions import EDIT_STAFF, RESET_FACTOR, SEE_STAFF
from backoffice.identity.queries import people as asked
from backoffice.identity.queries import roles as asked_roles
from backoffice.identity.queries import two_factor as factors
from backoffice.identity.queries import visits as asked_visits
from backoffice.ui import tables
from backoffice.ui.drawing.markup import html
from backoffice.ui.shapes import ActionPage, DetailPage, ListPage


class Name(tables.Column):
    """The name, which opens the person's page."""

    def draw(self, value: Any, record: Any, table: tables.Table) -> Any:
        """Draw the link."""
        return html('<a href="{}" data-row>{}</a>', table.url, value)


class StaffTable(tables.Table):
    """Who works here."""

    caption = _("Staff")
    cards = True

    full_name = Name(verbose_name=_("Name"), card=1, sort="name")
    email = tables.Column(verbose_name=_("E-mail"), card=3)
    desk = tables.Column(verbose_name=_("Desk"), card=4)
    standing = tables.Badge("person", verbose_name=_("State"), card=2)
    last_login = tables.When(verbose_name=_("Latest sign-in"), relative=True)

    def url_of(self, record: Any) -> str:
        """Return the person's page."""
        return reverse("identity:staff-detail", args=[record.pk])


class StaffList(ListPage):
    """The staff in reach."""

    permission = SEE_STAFF
    template_name = "identity/staff_list.html"
    fragment_name = "identity/_staff_list.html"
    table_class = StaffTable
    orders: ClassVar = {"name": ("full_name", "id"), "-name": ("-full_name", "-id")}

    def rows(self) -> Any:
        """Return whom this person may see."""
        return asked.list_staff_for(self.request.user)


ACTS: dict[str, tuple[Any, Any]] = {
    "staff-move": (EDIT_STAFF, forms.MoveForm),
    "staff-sign-out": (EDIT_STAFF, forms.NoForm),
    "staff-suspend": (EDIT_STAFF, forms.ReasonForm),
    "staff-reinstate": (EDIT_STAFF, forms.NoForm),
    "staff-reset": (RESET_FACTOR, forms.ReasonForm),
}


def context_for(user: Any, record: Any, now: Any) -> dict[str, Any]:
    """Return what the page of a person shows: facts for everybody, forms for whoever may."""
    return {
        "grants": asked_roles.list_grants_of(record.pk),
        "seen": asked_visits.list_visits_of(record.pk, this=None, now=now),
        "passkeys": factors.list_passkeys(record.pk),
        "has_code": factors.has_code(record.pk),
        "acts": {
            verb.partition("-")[2].replace("-", "_"): form(initial={"desk": record.desk_id})
            for verb, (permission, form) in ACTS.items()
            if user.may(permission)
        },
    }


class StaffDetail(DetailPage):
    """One member of staff."""

    permission = SEE_STAFF
    template_name = "identity/staff_detail.html"

    def record(self, pk: int) -> Any:
        """Return the person, or 404 when absent or out of reach."""
        return asked.get_staff_for(self.request.user, pk, SEE_STAFF)

    def context(self, record: Any) -> dict[str, Any]:
        """Return roles, sessions and forms."""
        return context_for(self.request.user, record, self.now)


class StaffAct(ActionPage):
    """Something that is done about one person; refused, it is the person's page with the reason."""

    needs_step_up = True
    template_name = "identity/staff_detail.html"

    def post(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Find the person within this permission's own reach first."""
        asked.get_staff_for(request.user, self.kwargs["pk"], self.permission)
        return super().post(request, **kwargs)

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Show the person's page."""
        asked.get_staff_for(request.user, self.kwargs["pk"], self.permission)
        return super().get(request, **kwargs)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the person's page around the form."""
        record = asked.get_staff_for(self.request.user, self.kwargs["pk"], self.permission)
        around = context_for(self.request.user, record, self.now)
        around |= {"record": record, "tried": self.request.resolver_match.url_name}
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the person's page."""
        return reverse("identity:staff-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told."""
        return {
            "user_id": self.kwargs["pk"],
            "actor": self.request.user.actor,
            "now": self.now,
        }


class Move(StaffAct):
    """Another desk."""

    permission = EDIT_STAFF
    form_class = forms.MoveForm
    done = _("Moved.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Move them."""
        desk = data["desk"]
        people.move_to_desk(desk_id=desk.pk if desk else None, **self.whose)


class SignOutStaff(StaffAct):
    """Every session of the person, ended at once."""

    permission = EDIT_STAFF
    form_class = forms.NoForm
    done = _("Signed out everywhere.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """End them."""
        visits.end_visits(but=None, **self.whose)


class Suspend(StaffAct):
    """Shut out at once."""

    permission = EDIT_STAFF
    form_class = forms.ReasonForm
    done = _("Suspended. Open pages and sockets are shut.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Suspend them."""
        people.suspend_staff(reason=data["reason"], **self.whose)


class Reinstate(StaffAct):
    """Let in again."""

    permission = EDIT_STAFF
    form_class = forms.NoForm
    done = _("Reinstated.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Reinstate them."""
        people.reinstate_staff(**self.whose)


class ResetFactor(StaffAct):
    """Lost phone: the next sign-in enrols a new second factor."""

    permission = RESET_FACTOR
    form_class = forms.ReasonForm
    done = _("The second factor is taken away; the next sign-in enrols a new one.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it away."""
        two_factor.reset_factor(reason=data["reason"], **self.whose)

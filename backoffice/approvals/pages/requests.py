"""What waits for whom, one request with everything that its decision needs, and the votes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.approvals import terms
from backoffice.approvals.actions import closing, executing, voting
from backoffice.approvals.pages import forms
from backoffice.approvals.pages.tables import RequestTable
from backoffice.approvals.permissions import USE
from backoffice.approvals.queries import page, requests
from backoffice.approvals.queries.requests import View
from backoffice.approvals.terms import Ballot
from backoffice.audit.actions import viewing
from backoffice.core.actors import Actor
from backoffice.identity.permissions import GRANT_ROLES
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, ListPage, Panel

NOT_NARROW = ("sort", "after", "before")


class RequestList(ListPage):
    """The bare address is what waits for me; a search looks through everything in sight."""

    permission = USE
    template_name = "approvals/request_list.html"
    fragment_name = "approvals/_request_list.html"
    table_class = RequestTable
    filter_class = requests.RequestFilter
    orders: ClassVar[Mapping[str, Sequence[str]]] = {"newest": requests.QUEUE}

    def rows(self) -> Any:
        """Return what this person may see; what waits for them unless they ask for more."""
        rows = requests.list_requests_for(self.request.user)
        asked = any(value for name, value in self.request.GET.items() if name not in NOT_NARROW)
        if asked:
            return rows
        return requests.viewed(rows, self.request.user, View.TODO, now=self.now)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        counts = requests.counts_for(self.request.user, now=self.now)
        return [
            SavedView(name, _counted(label, counts, name), {"view": name} if name != "todo" else {})
            for name, label in requests.VIEWS
        ]

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {
            "search_words": _("Number"),
            "view": self.request.GET.get("view", ""),
            "may_ask_roles": self.request.user.may(GRANT_ROLES),
        }


class Waiting(Panel):
    """How many requests wait for me: the number beside the menu's word."""

    permission = USE
    fragment_name = "approvals/_request_count.html"
    title = _("To do")

    def record(self) -> Any:
        """Return the number."""
        return requests.count_todo_for(self.request.user, now=self.now)


class RequestDetail(DetailPage):
    """One question: may this happen? A kind with a page of its own is shown there."""

    permission = USE
    template_name = "approvals/request_detail.html"

    def get(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Show it, or lead to the act's own page where it has one; a review is given here."""
        found = requests.get_request_for(request.user, kwargs["pk"])
        waits = found.review_at is not None and found.reviewed_at is None
        elsewhere = "" if waits else own_page(found)
        return redirect(elsewhere) if elsewhere else super().get(request, **kwargs)

    def record(self, pk: int) -> Any:
        """Return the page's content, or 404 when absent or out of reach."""
        found = page.get_page_for(self.request.user, pk, origin=self.origin, now=self.now)
        if found.request.client_id is not None:  # it may show their contacts
            actor = self.request.user.actor
            viewing.record_view(kind="approval", key=pk, actor=actor, now=self.now)
        return found

    def context(self, record: Any) -> dict[str, Any]:
        """Return the forms of the decision bar."""
        return forms.around(record)


class Decision(ActionPage):
    """An act of the decision bar: refused, it is the page again with the reason."""

    permission = USE
    template_name = "approvals/request_detail.html"
    #: Identity asks for the second factor anew where the last time is too long ago.
    needs_step_up: ClassVar[bool] = True

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a request out of reach."""
        pk = self.kwargs["pk"]
        record = page.get_page_for(self.request.user, pk, origin=self.origin, now=self.now)
        around = {"record": record, **forms.around(record, opened=context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the request."""
        return reverse("approvals:request-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every vote is told; 404 before anything for a request out of reach."""
        requests.get_request_for(self.request.user, self.kwargs["pk"])
        return {"request_id": self.kwargs["pk"], "actor": self.request.user.actor, "now": self.now}

    def ballot(self, data: Mapping[str, Any]) -> Ballot:
        """Return what the form says that was on the screen."""
        seen = {"payload_digest": data["payload"], "facts": data["facts"]}
        return Ballot(**seen, reason=data.get("reason", ""))


class Agree(Decision):
    """Yes, to exactly what was on the page; with the last one it is carried out."""

    form_class = forms.AgreeForm
    done = _("You agreed.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Agree, and carry out what is complete."""
        voting.agree(ballot=self.ballot(data), origin=self.origin, **self.whose)
        executing.execute(**self.whose)


class Refuse(Decision):
    """No, with its reason."""

    form_class = forms.RefuseForm
    done = _("Turned down.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Turn it down."""
        voting.refuse(ballot=self.ballot(data), origin=self.origin, **self.whose)


class Review(Decision):
    """What one person did alone was in order, or was not."""

    form_class = forms.ReviewForm
    done = _("Reviewed.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Review it."""
        is_in_order = data["verdict"] == "in_order"
        words = {"ballot": self.ballot(data), "origin": self.origin, **self.whose}
        voting.review(is_in_order=is_in_order, **words)


class Cancel(Decision):
    """Taken back by who asked."""

    form_class = forms.CancelForm
    needs_step_up = False
    done = _("Taken back.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        closing.cancel(**self.whose)


def own_page(request: Any) -> str:
    """Return the address of the act's own decision page, or nothing."""
    kind = terms.kind_of(request.kind)
    return reverse(kind.page, args=[request.subject_key]) if kind.page else ""


def _counted(label: Any, counts: Any, name: str) -> Any:
    count = getattr(counts, name, None)
    return label if count is None else format_html('{} <span class="count">{}</span>', label, count)

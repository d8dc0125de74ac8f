"""What differs from MetaTrader: the list, one case with its remedy, a remedy proposed."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.reconciling import agreeing
from accounts.pages.reconciling.tables import DifferenceTable
from accounts.permissions import SEE_BOOKS, SETTLE_DIFFERENCES
from accounts.queries.reconciling import differences
from accounts.queries.reconciling.differences import REMEDIES, VIEWS, View
from accounts.states import GAP_LABELS, REMEDY_LABELS, Remedy
from backoffice.core.actors import Actor
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, ListPage, Panel


class DifferenceList(ListPage):
    """The bare address is what stands; a search looks through everything."""

    permission = SEE_BOOKS
    template_name = "accounts/difference_list.html"
    fragment_name = "accounts/_difference_list.html"
    table_class = DifferenceTable
    filter_class = differences.DifferenceFilter
    orders = {"newest": differences.NEWEST, "oldest": differences.OLDEST}

    def rows(self) -> Any:
        """Return what this person may see; what stands unless they ask for more."""
        rows = differences.list_differences_for(self.request.user)
        asked = any(self.request.GET.get(name) for name in ("view", "q", "gap", "legal_entity"))
        return rows if asked else rows.filter(differences.TABS[View.OPEN])

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, those for whom somebody has to act with how many stand there."""
        counts = differences.counts_for(self.request.user)
        return [
            SavedView(
                name,
                _counted(label, getattr(counts, name, None)),
                {"view": name} if name != View.OPEN else {},
            )
            for name, label in VIEWS
        ]

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the latest comparison of everything, and the words of the search field."""
        return {"day": differences.latest_day(), "search_words": _("Ticket, login")}


class Waiting(Panel):
    """How many differences stand: the number beside the menu's word."""

    permission = SEE_BOOKS
    fragment_name = "accounts/_difference_count.html"
    title = gettext_lazy("Differences")

    def record(self) -> Any:
        """Return the counts of the tabs."""
        return differences.counts_for(self.request.user)


class DifferenceDetail(DetailPage):
    """One case: both sides, what was seen, what to do."""

    permission = SEE_BOOKS
    template_name = "accounts/difference_detail.html"

    def record(self, pk: int) -> Any:
        """Return the case, or 404 when absent or out of reach."""
        return differences.get_difference_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return its words, and the form where this person may propose something."""
        may = self.request.user.may(str(SETTLE_DIFFERENCES))
        return _around(record, RemedyForm(record) if may else None)


class RemedyForm(forms.Form):
    """What is to become of a difference, and why."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    remedy = forms.ChoiceField(
        label=gettext_lazy("Remedy"), widget=forms.Select(attrs={"class": "input"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, and who was asked"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    def __init__(self, row: Any, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        choices = [(one, _(REMEDY_LABELS[one])) for one in differences.remedies_of(row)]
        self.fields["remedy"].choices = choices  # type: ignore[attr-defined]


class Propose(ActionPage):
    """A remedy proposed; another person has to agree."""

    permission = SETTLE_DIFFERENCES
    template_name = "accounts/difference_detail.html"
    needs_step_up: ClassVar[bool] = True
    done = gettext_lazy("Proposed. Another person has to agree.")

    def form(self, data: Any = None) -> Any:
        """Return the form; 404 for a case out of reach."""
        row = differences.get_difference_for(self.request.user, self.kwargs["pk"])
        return RemedyForm(row, data)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = agreeing.Proposal(
            key=data["key"], remedy=Remedy(data["remedy"]), reason=data["reason"]
        )
        agreeing.propose(
            difference_id=self.kwargs["pk"],
            proposal=proposal,
            actor=actor,
            origin=self.origin,
            now=self.now,
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the case around the form."""
        row = differences.get_difference_for(self.request.user, self.kwargs["pk"])
        around = {"record": row, **_around(row, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the case's page."""
        return reverse("accounts:difference-detail", args=[self.kwargs["pk"]])


def _around(row: Any, form: Any) -> dict[str, Any]:
    return {
        "what": _(GAP_LABELS[row.gap]),
        "remedy": REMEDIES[row.gap],
        "form": form if form is not None and differences.remedies_of(row) else None,
    }


def _counted(label: Any, count: int | None) -> Any:
    return label if count is None else format_html('{} <span class="count">{}</span>', label, count)

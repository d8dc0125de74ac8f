"""Bulk files: the list, one of them with its progress, and its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.bulk import approving
from accounts.pages.bulk import forms
from accounts.pages.bulk.tables import FileTable, LineTable
from accounts.pages.forms import DecisionForm
from accounts.permissions import PREPARE_BULK, SEE_BULK
from accounts.queries.bulk import files, lines, page
from accounts.queries.bulk.page import FilePage
from backoffice.core.money import rounded
from backoffice.ui import marks
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, ListPage, Panel
from trading.actions import exporting


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a verb looks in the bar: words, form, key, whether it is what the page is for."""

    label: Any
    form: type[DecisionForm]
    key: str = ""
    is_main: bool = False


WAYS: dict[str, Way] = {
    "cancel": Way(label=_("Take it back"), form=forms.CancelForm),
    "refuse": Way(label=_("Turn down"), form=forms.RefuseForm, key="r"),
    "stop": Way(label=_("Stop for good"), form=forms.StopForm),
    "pause": Way(label=_("Pause"), form=forms.PauseForm, key="p", is_main=True),
    "resume": Way(label=_("Go on"), form=forms.ResumeForm, key="a", is_main=True),
    "ask": Way(label=_("Ask for approval"), form=forms.AskForm, key="a", is_main=True),
    "agree": Way(label=_("Approve"), form=forms.AgreeForm, key="a", is_main=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act of the bar as it is drawn."""

    verb: str
    way: Way
    why_not: str
    form: DecisionForm
    url: str
    is_opened: bool


class FileList(ListPage):
    """The bare address is every file, the newest first."""

    permission = SEE_BULK
    template_name = "accounts/bulk_list.html"
    fragment_name = "accounts/_bulk_list.html"
    table_class = FileTable
    filter_class = files.FileFilter
    orders: ClassVar[Mapping[str, Sequence[str]]] = {"newest": files.NEWEST}

    def rows(self) -> Any:
        """Return the files in reach."""
        return files.list_files_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs."""
        return (SavedView("open", _("Open"), {"view": "open"}), SavedView("all", _("All")))

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return whether one may hand in, and the words of the search field."""
        may = self.request.user.may(str(PREPARE_BULK))
        return {"may_prepare": may, "search_words": _("Name, number, digest")}


class Count(Panel):
    """How many files wait for people: the number beside the menu's word."""

    permission = SEE_BULK
    fragment_name = "accounts/_bulk_count.html"
    title = _("Bulk")

    def record(self) -> Any:
        """Return the number."""
        return files.count_waiting_for(self.request.user)


class FileDetail(DetailPage):
    """One file; for htmx the part that says where it stands."""

    permission = SEE_BULK
    template_name = "accounts/bulk_detail.html"
    fragment_name = "accounts/_bulk_state.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return page.get_page_for(self.request.user, pk, origin=self.origin, now=self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the bar, and whether the page was drawn in another state."""
        seen = self.request.GET.get("seen", record.file.state)
        return {**drawn(record, None), "is_same": seen == record.file.state}


class LineList(ListPage):
    """The lines of one file, each with its result; as a file too."""

    permission = SEE_BULK
    template_name = "accounts/bulk_lines.html"
    fragment_name = "accounts/_bulk_lines.html"
    table_class = LineTable
    filter_class = lines.LineFilter
    orders: ClassVar[Mapping[str, Sequence[str]]] = {"file": lines.IN_ORDER}
    file_name = "bulk-results"
    file_heads = (
        _("Line"), _("Login"), _("Amount"), _("Currency"), _("Kind"), _("For"), _("Comment"),
        _("Result"), _("Ticket"), _("Why"),
    )  # fmt: skip

    def rows(self) -> Any:
        """Return the lines of a file in reach, or 404."""
        self.file = files.get_file_for(self.request.user, self.kwargs["pk"])
        return lines.list_lines_for(self.request.user, self.file.pk)

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: the sum of what can be carried out, where it is of one currency."""
        found = lines.totals_of(rows)
        told = [marks.amount(total, code) for code, (_count, total) in found.items()]
        return {"amount": told[0]} if len(told) == 1 else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the file, and the words of the search field."""
        return {"file": self.file, "search_words": _("Login, ticket")}

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return a line with its result."""
        kind = "credit" if record.is_credit else "balance"
        ticket = record.adjustment.ticket if record.adjustment is not None else None
        amount = rounded(record.amount, record.currency)
        asked = (record.number, record.login, amount, record.currency, kind)
        why = (record.purpose, record.comment)
        return (*asked, *why, lines.state_words(record), ticket, lines.words_of(record))

    def note_file(self, rows: int, narrowed: str) -> None:
        """Tell the log who took what."""
        actor = self.request.user.actor
        exporting.note_export(
            name=self.file_name, rows=rows, narrowed=narrowed, actor=actor, now=self.now
        )


class FileAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/bulk_detail.html"
    form_class: ClassVar[type[DecisionForm]]

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a file out of reach."""
        user, pk = self.request.user, self.kwargs["pk"]
        record = page.get_page_for(user, pk, origin=self.origin, now=self.now)
        around = {"record": record, "is_same": True, **drawn(record, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the file."""
        return reverse("accounts:bulk-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told; 404 before anything for a file out of reach."""
        files.get_file_for(self.request.user, self.kwargs["pk"])
        return {
            "file_id": self.kwargs["pk"],
            "actor": self.request.user.actor,
            "now": self.now,
        }


def drawn(record: FilePage, opened: Any) -> dict[str, Any]:
    """Return the bar, with a form that was opened, or sent and not accepted."""
    return {
        "file": record.file,
        "opened": opened,
        "buttons": [_button(record, verb, opened) for verb in WAYS if verb in record.acts],
    }


def _button(record: FilePage, verb: str, opened: Any) -> Button:
    is_opened = opened is not None and opened.verb == verb
    seen = {"seen": approving.seen_of(record.file)} if verb == "agree" else {}
    form = opened if is_opened and not seen else WAYS[verb].form(initial=seen)
    return Button(
        verb=verb,
        way=WAYS[verb],
        why_not=record.acts[verb],
        form=form,
        url=reverse(f"accounts:bulk-{verb}", args=[record.file.pk]),
        is_opened=is_opened,
    )

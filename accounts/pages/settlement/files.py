"""Settlement files: the latest, one handed in, one with its preview or its result."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.settlement import importing
from accounts.pages.forms import DecisionForm, choice
from accounts.permissions import IMPORT_STATEMENTS, SEE_BOOKS
from accounts.queries.reconciling.differences import REMEDIES
from accounts.queries.settlement import files
from accounts.states import GAP_LABELS
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage, DetailPage


class ImportForm(forms.Form):
    """A settlement's file, and the method that it settles."""

    method = choice(gettext_lazy("Payment method"))
    file = forms.FileField(
        label=gettext_lazy("Settlement: CSV in UTF-8"),
        widget=forms.FileInput(attrs={"class": "input", "accept": ".csv,.txt,text/csv"}),
    )

    def __init__(self, data: Any, sent: Any, *, methods: Any) -> None:
        super().__init__(data, sent, label_suffix="")
        self.fields["method"].choices = methods  # type: ignore[attr-defined]


class TakeForm(DecisionForm):
    """Import it; there is nothing to type."""

    verb = "take"


class DropForm(DecisionForm):
    """Put it aside; there is nothing to type."""

    verb = "drop"


class FileList(DetailPage):
    """The latest files with what became of them."""

    permission = SEE_BOOKS
    template_name = "accounts/settlement_list.html"

    def record(self) -> Any:
        """Return the files in reach."""
        return files.list_files_for(self.request.user)


class ImportFile(ActionPage):
    """A file is handed in; its preview, or why it is refused, is its own page."""

    permission = IMPORT_STATEMENTS
    needs_step_up = True
    #: Asked before the form, because a file that was chosen does not survive the question.
    step_up_to_read = True
    template_name = "accounts/settlement_import.html"

    def form(self, data: Any = None) -> ImportForm:
        """Return the form with the methods in reach."""
        methods = files.list_methods_for(self.request.user)
        return ImportForm(
            data,
            self.request.FILES if data is not None else None,
            methods=[(one.pk, f"{one} · {one.provider}") for one in methods],
        )

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Keep it."""
        upload = importing.Upload(
            method_id=int(data["method"]),
            name=data["file"].name,
            body=data["file"].read(importing.LARGEST + 1),
        )
        self.kept = importing.keep_file(upload=upload, actor=actor, now=self.now)

    def goes_to(self) -> str:
        """Return the preview."""
        return reverse("accounts:settlement-detail", args=[self.kept.pk])


class FileDetail(DetailPage):
    """One file: what an import would find, or what it found; the differences first."""

    permission = SEE_BOOKS
    template_name = "accounts/settlement_detail.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return files.get_page_for(self.request.user, pk, self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the differences in words."""
        return drawn(record)


class _Act(ActionPage):
    """An act on a file that was looked at."""

    permission = IMPORT_STATEMENTS
    needs_step_up = True
    template_name = "accounts/settlement_detail.html"

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the page around the form; 404 for a file out of reach."""
        page = files.get_page_for(self.request.user, self.kwargs["pk"], self.now)
        return super().show(
            template_name, {"record": page, **drawn(page), "opened": context["form"]}, **extra
        )

    def goes_to(self) -> str:
        """Return the page of the file."""
        return reverse("accounts:settlement-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what the action is told; 404 before anything for a file out of reach."""
        files.get_file_for(self.request.user, self.kwargs["pk"], IMPORT_STATEMENTS)
        return {
            "file_id": self.kwargs["pk"],
            "actor": self.request.user.actor,
            "now": self.now,
        }


class Take(_Act):
    """It goes into the books."""

    form_class = TakeForm
    done = gettext_lazy("Imported. What differs stands first, and in the queue.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it."""
        importing.take_file(**self.whose)


class Drop(_Act):
    """It is put aside."""

    form_class = DropForm
    done = gettext_lazy("Dropped. Nothing was booked.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Drop it."""
        importing.drop_file(**self.whose)


def drawn(page: Any) -> dict[str, Any]:
    """Return the file, and each difference with its words and its remedy."""
    rows = [
        {
            "row": row,
            "what": _(GAP_LABELS[row.gap]),
            "remedy": row.note or REMEDIES[row.gap],
            "url": reverse("accounts:difference-detail", args=[row.case]) if row.case else "",
        }
        for row in page.differences
    ]
    return {"file": page.file, "rows": rows, "sums": [(_(one.label), one) for one in page.sums]}

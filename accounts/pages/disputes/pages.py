"""Disputes: the list by the day to answer by, one case, a case opened by hand, the rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actions.disputes import answering, evidence, opening
from accounts.pages import bars
from accounts.pages import forms as shared
from accounts.pages.disputes import forms
from accounts.pages.disputes.tables import DisputeTable
from accounts.permissions import HANDLE_DISPUTES, SEE_PAYMENTS
from accounts.queries.acts import Act
from accounts.queries.disputes import rows
from accounts.queries.disputes.rows import VIEWS, DisputePage, View
from backoffice.core.actors import Actor
from backoffice.core.money import rounded
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ActionPage, DetailPage, ListPage


class DisputeList(ListPage):
    """Cases, what has to be answered first on top."""

    permission = SEE_PAYMENTS
    template_name = "accounts/dispute_list.html"
    fragment_name = "accounts/_dispute_list.html"
    table_class = DisputeTable
    filter_class = rows.DisputeFilter
    orders = {"due": rows.DUE}

    def rows(self) -> Any:
        """Return what this person may see."""
        return rows.list_disputes_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        counts = rows.counts_for(self.request.user, now=self.now)
        return [
            SavedView(
                name,
                _counted(label, getattr(counts, name, None)),
                {"view": name} if name != View.ALL else {},
            )
            for name, label in VIEWS
        ]

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many there are."""
        count = rows.order_by().count()
        words = ngettext("%(count)d dispute", "%(count)d disputes", count) % {"count": count}
        return {"client": words} if count else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Case, deposit, client, reference")}


class Rates(DetailPage):
    """How many disputes each provider opened a month, against the limit."""

    permission = SEE_PAYMENTS
    template_name = "accounts/dispute_rates.html"

    def record(self) -> Any:
        """Return the rates, the newest first."""
        return rows.rates_for(self.request.user, now=self.now)


class OpenDispute(ActionPage):
    """Opens a case by hand: the provider wrote a letter instead of calling."""

    permission = HANDLE_DISPUTES
    template_name = "accounts/dispute_open.html"
    done = gettext_lazy("Opened. The amount is set aside.")

    def form(self, data: Any = None) -> forms.OpenForm:
        """Return the form, with the whole amount of the deposit once it was received."""
        deposit = rows.deposit_to_dispute(self.request.user, self.kwargs["pk"])
        if deposit.received_amount is None:
            return forms.OpenForm(data, label_suffix="")
        came = rounded(deposit.received_amount, deposit.received_currency)
        form = forms.OpenForm(data, label_suffix="", initial={"amount": came})
        form.fields["amount"].label = f"{form.fields['amount'].label}, {deposit.received_currency}"
        return form

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Open it."""
        claim = opening.Claim(deposit_id=self.kwargs["pk"], **data)
        self.opened = opening.open_dispute(claim=claim, actor=actor, now=self.now)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the deposit on top."""
        deposit = rows.deposit_to_dispute(self.request.user, self.kwargs["pk"])
        return super().show(template_name, {"deposit": deposit, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of the case."""
        return reverse("accounts:dispute-detail", args=[self.opened.pk])


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act of the bar as it is drawn."""

    verb: str
    label: Any
    act: Act
    form: shared.DecisionForm
    url: str
    is_opened: bool


class DisputeDetail(DetailPage):
    """One case."""

    permission = SEE_PAYMENTS
    template_name = "accounts/dispute_detail.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return rows.get_page_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the decision bar."""
        return drawn(record, None)


class DisputeAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    permission = HANDLE_DISPUTES
    template_name = "accounts/dispute_detail.html"
    form_class: ClassVar[type[shared.DecisionForm]]
    action: ClassVar[Any]
    label: ClassVar[Any]

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Do it."""
        told = {"dispute_id": self.kwargs["pk"], "actor": actor, "now": self.now}
        type(self).action(**data, **told)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a case out of reach."""
        found = rows.get_page_for(self.request.user, self.kwargs["pk"])
        around = {"record": found, **drawn(found, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the case."""
        return reverse("accounts:dispute-detail", args=[self.kwargs["pk"]])


class Clear(DisputeAct):
    """The card is verified."""

    form_class = forms.ClearForm
    action = opening.clear_dispute
    label = gettext_lazy("Clear the suspicion of %(case)s")


class SendEvidence(DisputeAct):
    """The evidence was sent."""

    form_class = forms.SendForm
    action = answering.send_evidence
    label = gettext_lazy("Evidence for %(case)s was sent")


class Accept(DisputeAct):
    """It is not answered: charged back."""

    needs_step_up = True
    form_class = forms.AcceptForm
    action = answering.accept_dispute
    label = gettext_lazy("Accept %(case)s")


class Win(DisputeAct):
    """The provider decided for us."""

    needs_step_up = True
    form_class = forms.WinForm
    action = answering.win_dispute
    label = gettext_lazy("Record %(case)s as won")


class Lose(DisputeAct):
    """The provider decided against us."""

    needs_step_up = True
    form_class = forms.LoseForm
    action = answering.lose_dispute
    label = gettext_lazy("Record %(case)s as lost")


class Debit(DisputeAct):
    """The debit is asked for once more."""

    form_class = forms.DebitForm
    action = answering.ask_debit
    label = gettext_lazy("Ask for the debit of %(case)s again")


class Pack(DisputeAct):
    """The evidence as one file."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return the archive; the log keeps its digest."""
        user, pk = self.request.user, kwargs["pk"]
        rows.get_page_for(user, pk)
        pack = evidence.make_pack(dispute_id=pk, user=user, actor=user.actor, now=self.now)
        answer = HttpResponse(pack, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="dispute-C{pk}.zip"'
        return answer


#: The last part of an address → the act behind it.
ACTS: dict[str, type[DisputeAct]] = {
    "clear": Clear,
    "send-evidence": SendEvidence,
    "accept": Accept,
    "win": Win,
    "lose": Lose,
    "debit": Debit,
}


def drawn(found: DisputePage, opened: Any) -> dict[str, Any]:
    """Return the rest of the page, perhaps with a form that was sent and not accepted."""
    return {
        "dispute": found.dispute,
        "opened": opened,
        "buttons": [
            _button(found, word, act, opened)
            for word, act in ACTS.items()
            if found.acts[word.replace("-", "_")].is_drawn
        ],
        "is_for_others": bars.is_for_others(found.acts),
    }


def _button(found: DisputePage, word: str, act: type[DisputeAct], opened: Any) -> Button:
    verb = word.replace("-", "_")
    is_opened = opened is not None and opened.verb == verb
    return Button(
        verb=verb,
        label=act.label % {"case": found.dispute},
        act=found.acts[verb],
        form=opened if is_opened else act.form_class(),
        url=reverse(f"accounts:dispute-{word}", args=[found.dispute.pk]),
        is_opened=is_opened,
    )


def _counted(label: Any, count: int | None) -> Any:
    if count is None:
        return label
    return format_html('{} <span class="count">{}</span>', label, count)

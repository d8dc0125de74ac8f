"""One row of the bank: what it says, whose it could be and why, what it was, what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.calc.bank.reference import DEPOSIT, PAYOUT
from accounts.pages.bank import forms
from accounts.pages.bank.words import url_of
from accounts.pages.forms import DecisionForm
from accounts.permissions import SEE_BANK
from accounts.queries.bank import rows
from accounts.queries.bank.rows import RowPage
from accounts.queries.bank.words import clue, name_of
from backoffice.ui.shapes import ActionPage, DetailPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One act of the bar: words, form, key, when it is offered."""

    label: Any
    form: type[DecisionForm]
    offered: Any
    key: str = ""


def _free(page: RowPage) -> bool:
    return page.use is None and page.may_bind


WAYS: dict[str, Way] = {
    "free": Way(
        label=_("Take it back"),
        form=forms.FreeForm,
        offered=lambda page: page.use is not None and (page.may_bind or page.may_agree),
        key="r",
    ),
    "send_back": Way(
        label=_("Send back"),
        form=forms.SendBackForm,
        offered=lambda page: _free(page) and page.row.amount > 0,
        key="r",
    ),
    "fee": Way(
        label=_("A fee of the bank"),
        form=forms.FeeForm,
        offered=lambda page: _free(page) and page.row.amount < 0,
    ),
    "went_back": Way(
        label=_("A row that goes back"),
        form=forms.WentBackForm,
        offered=lambda page: _free(page) and page.row.amount < 0,
    ),
    "deposit_back": Way(
        label=_("A deposit that goes back"),
        form=forms.DepositBackForm,
        offered=lambda page: _free(page) and page.row.amount < 0,
    ),
    "payout": Way(
        label=_("A payout of ours"),
        form=forms.PayoutForm,
        offered=_free,
    ),
    "settlement": Way(
        label=_("A provider's payout"),
        form=forms.SettlementForm,
        offered=lambda page: _free(page) and page.row.amount > 0,
    ),
    "make": Way(
        label=_("Make a deposit"),
        form=forms.MakeForm,
        offered=lambda page: _free(page) and page.row.amount > 0,
    ),
    "bind": Way(
        label=_("Bind to a deposit"),
        form=forms.BindForm,
        offered=lambda page: _free(page) and page.row.amount > 0,
        key="b",
    ),
    "agree": Way(
        label=_("Agree"),
        form=forms.AgreeForm,
        offered=lambda page: bool(page.use and page.use.waits_for_second and page.may_agree),
        key="a",
    ),
}
#: Kind of a suggestion, whether money came in → the act that takes it, and the field it fills.
TAKES = {
    (DEPOSIT, True): ("bind", "deposit"),
    (DEPOSIT, False): ("deposit_back", "deposit"),
    (PAYOUT, True): ("payout", "payment"),
    (PAYOUT, False): ("payout", "payment"),
}


class RowDetail(DetailPage):
    """One row of the bank."""

    permission = SEE_BANK
    template_name = "accounts/bank_row.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return rows.get_row_page_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the suggestions and the bar."""
        return drawn(record, None, self.request.user)


class RowAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/bank_row.html"
    form_class: ClassVar[type[DecisionForm]]

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a row out of reach."""
        user = self.request.user
        page = rows.get_row_page_for(user, self.kwargs["pk"])
        around = {"record": page, **drawn(page, context["form"], user)}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the row."""
        return reverse("accounts:bank-row", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: which row, who acts, when."""
        actor = self.request.user.actor
        return {"row_id": self.kwargs["pk"], "actor": actor, "now": self.now}


def number_of(text: str) -> int:
    """Return the number that people write as D12, #12 or 12."""
    return int(text.strip().lstrip("#DPBLdpbl").strip())


def drawn(page: RowPage, opened: Any, user: Any) -> dict[str, Any]:
    """Return suggestions as they are drawn, the bar, and a form that was sent and not accepted."""
    return {
        "row": page.row,
        "opened": opened,
        "suggestions": [_suggestion(page, one) for one in page.suggestions],
        "buttons": [
            _button(page, verb, opened, user) for verb, way in WAYS.items() if way.offered(page)
        ],
    }


def _suggestion(page: RowPage, one: Any) -> dict[str, Any]:
    verb, field = TAKES.get((one.waiting.kind, page.row.amount > 0), ("went_back", "row"))
    return {
        "suggestion": one,
        "name": name_of(one),
        "url": url_of(one),
        "clues": [(clue(found), found.is_against) for found in one.evidence],
        "act_url": _act_url(page, verb),
        "field": field,
    }


def _button(page: RowPage, verb: str, opened: Any, user: Any) -> dict[str, Any]:
    is_opened = opened is not None and opened.verb == verb
    mine = page.use is not None and page.use.made_by == str(user.actor)
    return {
        "verb": verb,
        "way": WAYS[verb],
        "form": opened if is_opened else WAYS[verb].form(),
        "url": _act_url(page, verb),
        "is_opened": is_opened,
        "is_main": verb in ("bind", "agree"),
        "why_not": _("Four eyes: somebody else has to do this.")
        if verb == "agree" and mine
        else "",
    }


def _act_url(page: RowPage, verb: str) -> str:
    return reverse(f"accounts:bank-{verb.replace('_', '-')}", args=[page.row.pk])

"""One deposit: where it stands, what its provider told, what a person may decide."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.deposits import settling
from accounts.pages import bars, by_hand
from accounts.pages import forms as shared
from accounts.pages.bars import Button, Way
from accounts.pages.deposits import forms
from accounts.pages.deposits.tables import says
from accounts.permissions import SEE_PAYMENTS
from accounts.queries import deposit_page, deposits
from accounts.queries.deposit_page import DepositPage
from accounts.terms import Deposit as State
from backoffice.ui.shapes import ActionPage, DetailPage

WAYS: dict[str, Way] = {
    "cancel": Way(label=_("Stop for the client"), form=forms.CancelForm),
    "reject": Way(label=_("No such money"), form=forms.RejectForm, key="r"),
    "return": Way(label=_("Send back"), form=forms.ReturnForm, key="r"),
    "settle_decline": bars.DECLINE,
    "record_return": Way(
        label=_("Record as sent back"), form=forms.RecordReturnForm, key="a", is_main=True
    ),
    "settle": bars.SETTLE,
    "settle_confirm": bars.SETTLE_CONFIRM,
    "screen": Way(label=_("Record a screening"), form=shared.ScreenForm),
    "arrived": Way(label=_("It came"), form=forms.ArrivedForm, key="a", is_main=True),
    "accept": Way(label=_("Let it pass"), form=forms.AcceptForm, key="a", is_main=True),
}


class DepositDetail(DetailPage):
    """One deposit; for htmx the part that says where it stands."""

    permission = SEE_PAYMENTS
    template_name = "accounts/deposit_detail.html"
    fragment_name = "accounts/_deposit_state.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        user = self.request.user
        return deposit_page.get_deposit_page_for(user, pk, origin=self.origin, now=self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the decision bar, and whether the page was drawn in another state."""
        seen = self.request.GET.get("seen", record.deposit.state)
        return {**context(record), "is_same": seen == record.deposit.state}


class Evidence(by_hand.Evidence):
    """What MetaTrader shows now under the marker: a block of the page, fetched live."""

    settling: ClassVar[Any] = settling
    noun: ClassVar[str] = "deposit"

    def record(self, pk: int) -> Any:
        """Return the deposit, or 404 when absent or out of reach."""
        return deposits.get_deposit_for(self.request.user, pk)


class DepositAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/deposit_detail.html"
    form_class: ClassVar[type[shared.DecisionForm]]

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a deposit out of reach."""
        user, pk = self.request.user, self.kwargs["pk"]
        page = deposit_page.get_deposit_page_for(user, pk, origin=self.origin, now=self.now)
        around = {"record": page, "is_same": True, **drawn(page, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the deposit."""
        return reverse("accounts:deposit-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: which deposit, who acts, when."""
        actor = self.request.user.actor
        return {"deposit_id": self.kwargs["pk"], "actor": actor, "now": self.now}


def context(page: DepositPage) -> dict[str, Any]:
    """Return the rest of the page."""
    return drawn(page, None)


def drawn(page: DepositPage, opened: Any) -> dict[str, Any]:
    """Return the same with a form that was opened, or sent and not accepted."""
    return {
        "deposit": page.deposit,
        "pay_url": page.deposit.page_url if page.deposit.state == State.PENDING else "",
        "says": says(page.deposit),
        "starter": page.names.get(page.deposit.started_by, page.deposit.started_by),
        "opened": opened,
        "buttons": [_button(page, verb, opened) for verb in WAYS if page.acts[verb].is_drawn],
        "is_for_others": bars.is_for_others(page.acts),
    }


def _button(page: DepositPage, verb: str, opened: Any) -> Button:
    """Return the button; what its form has seen is always what stands on this very page."""
    made = bars.button(("deposit", page.deposit.pk), verb, WAYS[verb], page.acts[verb], opened)
    if not made.is_opened:
        made = replace(made, form=WAYS[verb].form(initial={"seen": page.seen}))
    form = made.form
    if made.is_opened and "seen" in form.fields:
        form.data = {name: form.data.get(name) for name in form.data} | {"seen": page.seen}
    form.fit(page.deposit.method)
    return made

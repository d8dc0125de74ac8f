"""One adjustment: where it stands, what was agreed to, what a person may still do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.adjusting import carrying, settling
from accounts.pages import forms as shared
from accounts.pages.adjusting import forms
from accounts.pages.adjusting.tables import says
from accounts.permissions import ASK_ADJUSTMENT, SEE_PAYMENTS
from accounts.queries.acts import Act
from accounts.queries.adjusting import page, rows
from accounts.queries.adjusting.page import AdjustmentPage
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.ui.shapes import ActionPage, DetailPage, Panel
from trading.actions.hand_settlement import Proposal
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a verb looks in the bar: its words, its form, its key, whether it is the main one."""

    label: Any
    form: type[shared.DecisionForm]
    key: str = ""
    is_main: bool = False


WAYS: dict[str, Way] = {
    "give_up": Way(label=_("Give it up"), form=forms.GiveUpForm, key="r"),
    "settle_decline": Way(label=_("Decline"), form=shared.SettleDeclineForm, key="r"),
    "settle": Way(label=_("Settle by hand"), form=shared.SettleForm, key="a", is_main=True),
    "settle_confirm": Way(
        label=_("Confirm the settlement"), form=shared.SettleConfirmForm, key="a", is_main=True
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act of the bar as it is drawn: words, form, where it posts, why it is shut."""

    verb: str
    way: Way
    act: Act
    form: shared.DecisionForm
    url: str
    is_opened: bool


class AdjustmentDetail(DetailPage):
    """One adjustment; for htmx the part that says where it stands."""

    permission = SEE_PAYMENTS
    template_name = "accounts/adjustment_detail.html"
    fragment_name = "accounts/_adjustment_state.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return page.get_page_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the decision bar, and whether the page was drawn in another state."""
        seen = self.request.GET.get("seen", record.adjustment.state)
        return {**drawn(record, None), "is_same": seen == record.adjustment.state}


class Evidence(Panel):
    """What MetaTrader shows now under the marker: a block of the page, fetched live."""

    permission = SETTLE_OPERATIONS
    fragment_name = "accounts/_payment_evidence.html"
    title = _("In MetaTrader now")

    def record(self, pk: int) -> Any:
        """Return the adjustment, or 404 when absent or out of reach."""
        return rows.get_adjustment_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return what was found, or why nothing could be."""
        actor = self.request.user.actor
        try:
            found = settling.look(adjustment_id=record.pk, actor=actor, now=self.now)
        except (Later, Rejected) as silence:
            return {"found": None, "silence": str(silence), "payment": record}
        return {"found": found, "silence": "", "payment": record}


class AdjustmentAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/adjustment_detail.html"
    form_class: ClassVar[type[shared.DecisionForm]]
    permission = SETTLE_OPERATIONS

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for an adjustment out of reach."""
        found = page.get_page_for(self.request.user, self.kwargs["pk"])
        around = {"record": found, "is_same": True, **drawn(found, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the adjustment."""
        return reverse("accounts:adjustment-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: which adjustment, who acts, when."""
        actor = self.request.user.actor
        return {"adjustment_id": self.kwargs["pk"], "actor": actor, "now": self.now}


class GiveUp(AdjustmentAct):
    """It is approved, did not leave, and is not wanted any more."""

    permission = ASK_ADJUSTMENT
    form_class = forms.GiveUpForm
    done = _("Given up. Nothing moved.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Give it up."""
        carrying.give_up(reason=data["reason"], **self.whose)


class Settle(AdjustmentAct):
    """It moved, or it did not; a second person confirms."""

    needs_step_up = True
    form_class = shared.SettleForm
    done = _("Proposed. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = Proposal(
            outcome=Outcome(data["outcome"]), ticket=data["ticket"], reason=data["reason"]
        )
        settling.propose_settlement(proposal=proposal, **self.whose)


class SettleConfirm(AdjustmentAct):
    """The second person found the same."""

    needs_step_up = True
    form_class = shared.SettleConfirmForm
    done = _("Settled. The books follow.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        settling.confirm_settlement(**self.whose)


class SettleDecline(AdjustmentAct):
    """The second person did not find the same, or the first one takes it back."""

    form_class = shared.SettleDeclineForm
    done = _("Declined. It waits for a person again.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Decline it."""
        settling.decline_settlement(reason=data["reason"], **self.whose)


#: The last part of an address → the act behind it.
ACTS: dict[str, type[AdjustmentAct]] = {
    "give-up": GiveUp,
    "settle": Settle,
    "settle-confirm": SettleConfirm,
    "settle-decline": SettleDecline,
}


def drawn(found: AdjustmentPage, opened: Any) -> dict[str, Any]:
    """Return the rest of the page, perhaps with a form that was sent and not accepted."""
    adjustment = found.adjustment
    return {
        "adjustment": adjustment,
        "says": says(adjustment),
        "asker": found.names.get(adjustment.requested_by, adjustment.requested_by),
        "opened": opened,
        "buttons": [_button(found, verb, opened) for verb in WAYS if found.acts[verb].is_offered],
    }


def _button(found: AdjustmentPage, verb: str, opened: Any) -> Button:
    is_opened = opened is not None and opened.verb == verb
    word = verb.replace("_", "-")
    return Button(
        verb=verb,
        way=WAYS[verb],
        act=found.acts[verb],
        form=opened if is_opened else WAYS[verb].form(),
        url=reverse(f"accounts:adjustment-{word}", args=[found.adjustment.pk]),
        is_opened=is_opened,
    )

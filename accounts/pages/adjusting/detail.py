"""One adjustment: where it stands, what was agreed to, what a person may still do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.adjusting import carrying, settling
from accounts.pages import bars, by_hand
from accounts.pages import forms as shared
from accounts.pages.adjusting import forms
from accounts.pages.adjusting.tables import says
from accounts.pages.bars import Way
from accounts.permissions import ASK_ADJUSTMENT, SEE_PAYMENTS
from accounts.queries.adjusting import page, rows
from accounts.queries.adjusting.page import AdjustmentPage
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage, DetailPage
from trading.permissions import SETTLE_OPERATIONS

WAYS: dict[str, Way] = {
    "give_up": Way(label=_("Give it up"), form=forms.GiveUpForm, key="r"),
    "settle_decline": bars.DECLINE,
    "settle": bars.SETTLE,
    "settle_confirm": bars.SETTLE_CONFIRM,
}


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


class Evidence(by_hand.Evidence):
    """What MetaTrader shows now under the marker: a block of the page, fetched live."""

    settling: ClassVar[Any] = settling
    noun: ClassVar[str] = "adjustment"

    def record(self, pk: int) -> Any:
        """Return the adjustment, or 404 when absent or out of reach."""
        return rows.get_adjustment_for(self.request.user, pk)


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


class Settle(AdjustmentAct, by_hand.Proposes):
    """It moved, or it did not; a second person confirms."""

    needs_step_up = True
    settling: ClassVar[Any] = settling


class SettleConfirm(AdjustmentAct, by_hand.Confirms):
    """The second person found the same."""

    needs_step_up = True
    settling: ClassVar[Any] = settling


class SettleDecline(AdjustmentAct, by_hand.Declines):
    """The second person did not find the same, or the first one takes it back."""

    settling: ClassVar[Any] = settling


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
        "buttons": bars.buttons(("adjustment", adjustment.pk), WAYS, found.acts, opened),
        "is_for_others": bars.is_for_others(found.acts),
    }

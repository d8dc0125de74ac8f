"""One transfer: its stages, both legs, what a person may do about one that hangs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.transfers import returning, settling
from accounts.pages import bars, by_hand
from accounts.pages import forms as shared
from accounts.pages.bars import Way
from accounts.pages.transfers import forms, stages
from accounts.pages.transfers.tables import place, says
from accounts.permissions import REQUEST_TRANSFER, RETURN_TRANSFER, SEE_PAYMENTS
from accounts.queries.transfers import page as asking
from accounts.queries.transfers import rows
from accounts.queries.transfers.page import TransferPage
from accounts.terms import Transfer as State
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage, DetailPage

WAYS: dict[str, Way] = {
    "cancel": Way(label=_("Take back for the client"), form=forms.CancelForm),
    "settle_decline": bars.DECLINE,
    "settle": bars.SETTLE,
    "settle_confirm": bars.SETTLE_CONFIRM,
    "return": Way(label=_("Send back"), form=forms.ReturnForm, key="a", is_main=True),
}


class TransferDetail(DetailPage):
    """One transfer; for htmx the part that says where it stands."""

    permission = SEE_PAYMENTS
    template_name = "accounts/transfer_detail.html"
    fragment_name = "accounts/_transfer_state.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        return asking.get_transfer_page_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the decision bar, and whether the page was drawn in another state."""
        seen = self.request.GET.get("seen", record.transfer.state)
        return {**drawn(record, None), "is_same": seen == record.transfer.state}


class Evidence(by_hand.Evidence):
    """What MetaTrader shows now under the marker: a block of the page, fetched live."""

    settling: ClassVar[Any] = settling
    noun: ClassVar[str] = "transfer"

    def record(self, pk: int) -> Any:
        """Return the transfer, or 404 when absent or out of reach."""
        return rows.get_transfer_for(self.request.user, pk)


class TransferAct(ActionPage):
    """An act of the bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/transfer_detail.html"
    form_class: ClassVar[type[shared.DecisionForm]]

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a transfer out of reach."""
        page = asking.get_transfer_page_for(self.request.user, self.kwargs["pk"])
        around = {"record": page, "is_same": True, **drawn(page, context["form"])}
        return super().show(template_name, around, **extra)

    def goes_to(self) -> str:
        """Return the page of the transfer."""
        return reverse("accounts:transfer-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: which transfer, who acts, when."""
        actor = self.request.user.actor
        return {"transfer_id": self.kwargs["pk"], "actor": actor, "now": self.now}


def weigh(user: Any, kwargs: Mapping[str, Any]) -> Any:
    """Return what the guard compares with the limit of one proof (identity's stepping_up)."""
    return rows.weight_for(user, kwargs["pk"])


class HeavyAct(TransferAct):
    """An act that moves money, or says that it moved: it needs a fresh proof of who acts."""

    needs_step_up = True
    step_up_amount = staticmethod(weigh)


class Cancel(TransferAct):
    """Taken back for the client."""

    permission = REQUEST_TRANSFER
    form_class = forms.CancelForm
    done = _("Taken back. The money is free again.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        returning.cancel_transfer(reason=data["reason"], **self.whose)


class Return(HeavyAct):
    """Back to its source."""

    permission = RETURN_TRANSFER
    form_class = forms.ReturnForm
    done = _("It goes back to its source.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Let it go back."""
        returning.return_transfer(reason=data["reason"], **self.whose)


class Settle(HeavyAct, by_hand.Proposes):
    """It moved, or it did not; a second person confirms."""

    settling: ClassVar[Any] = settling


class SettleConfirm(HeavyAct, by_hand.Confirms):
    """The second person found the same."""

    settling: ClassVar[Any] = settling


class SettleDecline(TransferAct, by_hand.Declines):
    """The second person did not find the same, or the first one takes it back."""

    settling: ClassVar[Any] = settling


#: The last part of an address → the act behind it.
ACTS: dict[str, type[TransferAct]] = {
    "cancel": Cancel,
    "return": Return,
    "settle": Settle,
    "settle-confirm": SettleConfirm,
    "settle-decline": SettleDecline,
}


def drawn(page: TransferPage, opened: Any) -> dict[str, Any]:
    """Return the rest of the page, perhaps with a form that was opened, or not accepted."""
    transfer = page.transfer
    return {
        "transfer": transfer,
        "source": place(transfer, "source"),
        "target": place(transfer, "target"),
        "says": says(transfer),
        "stages": stages.of(transfer),
        "decided_at": _decided_at(transfer),
        "asker": page.names.get(transfer.requested_by, transfer.requested_by),
        "opened": opened,
        "buttons": bars.buttons(("transfer", transfer.pk), WAYS, page.acts, opened),
        "is_for_others": bars.is_for_others(page.acts),
    }


def _decided_at(transfer: Any) -> str:
    """Return the address where others decide about it, while they have to."""
    if transfer.state != State.REQUESTED or transfer.approval_id is None:
        return ""
    return reverse("approvals:request-detail", args=[transfer.approval_id])

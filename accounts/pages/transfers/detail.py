"""One transfer: its stages, both legs, what a person may do about one that hangs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.transfers import returning, settling
from accounts.pages import forms as shared
from accounts.pages.transfers import forms, stages
from accounts.pages.transfers.tables import place, says
from accounts.permissions import REQUEST_TRANSFER, RETURN_TRANSFER, SEE_PAYMENTS
from accounts.queries.acts import Act
from accounts.queries.transfers import page as asking
from accounts.queries.transfers import rows
from accounts.queries.transfers.page import TransferPage
from accounts.terms import Transfer as State
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.ui.shapes import ActionPage, DetailPage, Panel
from trading.actions.hand_settlement import Proposal
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a verb looks in the bar: its words, its key, whether it is what the page is for."""

    label: Any
    form: type[shared.DecisionForm]
    key: str = ""
    is_main: bool = False


WAYS: dict[str, Way] = {
    "cancel": Way(label=_("Take back for the client"), form=forms.CancelForm),
    "settle_decline": Way(label=_("Decline"), form=shared.SettleDeclineForm, key="r"),
    "settle": Way(label=_("Settle by hand"), form=shared.SettleForm, key="a", is_main=True),
    "settle_confirm": Way(
        label=_("Confirm the settlement"), form=shared.SettleConfirmForm, key="a", is_main=True
    ),
    "return": Way(label=_("Send back"), form=forms.ReturnForm, key="a", is_main=True),
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


class Evidence(Panel):
    """What MetaTrader shows now under the marker: a block of the page, fetched live."""

    permission = SETTLE_OPERATIONS
    fragment_name = "accounts/_payment_evidence.html"
    title = _("In MetaTrader now")

    def record(self, pk: int) -> Any:
        """Return the transfer, or 404 when absent or out of reach."""
        return rows.get_transfer_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return what was found, or why nothing could be."""
        actor = self.request.user.actor
        try:
            found = settling.look(transfer_id=record.pk, actor=actor, now=self.now)
        except (Later, Rejected) as silence:
            return {"found": None, "silence": str(silence), "payment": record}
        return {"found": found, "silence": "", "payment": record}


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


class Settle(HeavyAct):
    """It moved, or it did not; a second person confirms."""

    permission = SETTLE_OPERATIONS
    form_class = shared.SettleForm
    done = _("Proposed. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = Proposal(
            outcome=Outcome(data["outcome"]), ticket=data["ticket"], reason=data["reason"]
        )
        settling.propose_settlement(proposal=proposal, **self.whose)


class SettleConfirm(HeavyAct):
    """The second person found the same."""

    permission = SETTLE_OPERATIONS
    form_class = shared.SettleConfirmForm
    done = _("Settled. The books follow.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        settling.confirm_settlement(**self.whose)


class SettleDecline(TransferAct):
    """The second person did not find the same, or the first one takes it back."""

    permission = SETTLE_OPERATIONS
    form_class = shared.SettleDeclineForm
    done = _("Declined. It waits for a person again.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Decline it."""
        settling.decline_settlement(reason=data["reason"], **self.whose)


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
        "buttons": [_button(page, verb, opened) for verb in WAYS if page.acts[verb].is_offered],
    }


def _decided_at(transfer: Any) -> str:
    """Return the address where others decide about it, while they have to."""
    if transfer.state != State.REQUESTED or transfer.approval_id is None:
        return ""
    return reverse("approvals:request-detail", args=[transfer.approval_id])


def _button(page: TransferPage, verb: str, opened: Any) -> Button:
    is_opened = opened is not None and opened.verb == verb
    return Button(
        verb=verb,
        way=WAYS[verb],
        act=page.acts[verb],
        form=opened if is_opened else WAYS[verb].form(),
        url=reverse(f"accounts:transfer-{verb.replace('_', '-')}", args=[page.transfer.pk]),
        is_opened=is_opened,
    )

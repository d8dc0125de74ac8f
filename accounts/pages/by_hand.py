"""Settling by hand what MetaTrader left open: the look, the proposal, the second person's word."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actions import settling
from accounts.pages import forms
from accounts.pages.decisions import Decision, weigh
from accounts.queries import payments
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.ui.shapes import Panel
from trading.actions.hand_settlement import Proposal
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Outcome


class Evidence(Panel):
    """What MetaTrader shows now under the marker: a block of the approval page, fetched live."""

    permission = SETTLE_OPERATIONS
    fragment_name = "accounts/_payment_evidence.html"
    styles = ("css/pages/payments.css",)
    title = _("In MetaTrader now")

    def record(self, pk: int) -> Any:
        """Return the payment, or 404 when absent or out of reach."""
        return payments.get_payment_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return what was found, or why nothing could be."""
        try:
            actor = self.request.user.actor
            found = settling.look(payment_id=record.pk, actor=actor, now=self.now)
        except (Later, Rejected) as silence:
            return {"found": None, "silence": str(silence), "payment": record}
        return {"found": found, "silence": "", "payment": record}


class Settle(Decision):
    """It moved, or it did not; a second person confirms."""

    permission = SETTLE_OPERATIONS
    form_class = forms.SettleForm
    done = _("Proposed. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = Proposal(
            outcome=Outcome(data["outcome"]), ticket=data["ticket"], reason=data["reason"]
        )
        settling.propose_settlement(proposal=proposal, **self.whose)


class SettleConfirm(Decision):
    """The second person found the same."""

    permission = SETTLE_OPERATIONS
    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    form_class = forms.SettleConfirmForm
    done = _("Settled. The books follow.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        settling.confirm_settlement(**self.whose)


class SettleDecline(Decision):
    """The second person did not find the same, or the first one takes it back."""

    permission = SETTLE_OPERATIONS
    form_class = forms.SettleDeclineForm
    done = _("Declined. It waits for a person again.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Decline it."""
        settling.decline_settlement(reason=data["reason"], **self.whose)

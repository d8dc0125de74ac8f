"""Settling by hand what MetaTrader left open: the look, the proposal, the second person's word.

One way on the pages of all that moves money: each names its actions (`settling`). Below, the
withdrawals' own.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.actions import settling
from accounts.pages import forms
from accounts.pages.decisions import Decision, weigh
from accounts.queries import payments
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.ui.shapes import ActionPage, Panel
from trading.actions.hand_settlement import Proposal
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Outcome


class Evidence(Panel):
    """What MetaTrader shows now under the marker: a block of the page, fetched live.

    `noun`: as what the actions name the record.
    """

    permission = SETTLE_OPERATIONS
    fragment_name = "accounts/_payment_evidence.html"
    styles = ("css/pages/payments.css",)
    title = _("In MetaTrader now")
    settling: ClassVar[Any]
    noun: ClassVar[str]

    def context(self, record: Any) -> dict[str, Any]:
        """Return what was found, or why nothing could be."""
        actor = self.request.user.actor
        try:
            found = self.settling.look(**{f"{self.noun}_id": record.pk}, actor=actor, now=self.now)
        except (Later, Rejected) as silence:
            return {"found": None, "silence": str(silence), "payment": record}
        return {"found": found, "silence": "", "payment": record}


class ByHand(ActionPage):
    """An act of settling; whoever draws the page around it stands before this one."""

    permission = SETTLE_OPERATIONS
    settling: ClassVar[Any]

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: of which record, who acts, when."""
        raise NotImplementedError


class Proposes(ByHand):
    """It moved, or it did not; a second person confirms."""

    form_class: ClassVar[type[forms.DecisionForm]] = forms.SettleForm
    done = _("Proposed. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = Proposal(
            outcome=Outcome(data["outcome"]), ticket=data["ticket"], reason=data["reason"]
        )
        self.settling.propose_settlement(proposal=proposal, **self.whose)


class Confirms(ByHand):
    """The second person found the same."""

    form_class: ClassVar[type[forms.DecisionForm]] = forms.SettleConfirmForm
    done = _("Settled. The books follow.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        self.settling.confirm_settlement(**self.whose)


class Declines(ByHand):
    """The second person did not find the same, or the first one takes it back."""

    form_class: ClassVar[type[forms.DecisionForm]] = forms.SettleDeclineForm
    done = _("Declined. It waits for a person again.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Decline it."""
        self.settling.decline_settlement(reason=data["reason"], **self.whose)


class PaymentEvidence(Evidence):
    """What MetaTrader shows now about a withdrawal."""

    settling: ClassVar[Any] = settling
    noun: ClassVar[str] = "payment"

    def record(self, pk: int) -> Any:
        """Return the payment, or 404 when absent or out of reach."""
        return payments.get_payment_for(self.request.user, pk)


class Settle(Decision, Proposes):
    """The withdrawal moved, or it did not."""

    settling: ClassVar[Any] = settling


class SettleConfirm(Decision, Confirms):
    """The second person found the same."""

    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    settling: ClassVar[Any] = settling


class SettleDecline(Decision, Declines):
    """The second person did not find the same, or the first one takes it back."""

    settling: ClassVar[Any] = settling

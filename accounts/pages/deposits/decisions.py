"""Acts on a deposit: each is one form of its page and calls one action."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.actions.deposits import deciding, returning, settling, starting
from accounts.actions.ways import handing, screening
from accounts.actions.ways.screening import Finding
from accounts.pages import by_hand
from accounts.pages import forms as shared
from accounts.pages.deposits import forms
from accounts.pages.deposits.detail import DepositAct
from accounts.permissions import DECIDE_DEPOSIT, RECORD_HANDOVER, SEND_PAYOUT, START_DEPOSIT
from accounts.queries import deposits
from accounts.terms.chains import Screening
from backoffice.core.actors import Actor


def weigh(user: Any, kwargs: Mapping[str, Any]) -> Any:
    """Return what the guard compares with the limit of one proof (identity's stepping_up)."""
    return deposits.weight_for(user, kwargs["pk"])


class HeavyAct(DepositAct):
    """An act that moves money, or says that it moved: it needs a fresh proof of who acts."""

    needs_step_up = True
    step_up_amount = staticmethod(weigh)


class Accept(HeavyAct):
    """It passes."""

    permission = DECIDE_DEPOSIT
    form_class = forms.AcceptForm
    done = _("It passes. MetaTrader is credited next.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Let it pass."""
        told = {"reason": data["reason"], "seen": data["seen"], "origin": self.origin}
        deciding.accept_deposit(**told, **self.whose)


class Return(HeavyAct):
    """It goes back."""

    permission = DECIDE_DEPOSIT
    form_class = forms.ReturnForm
    done = _("It goes back to where it came from.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Send it back."""
        deciding.return_deposit(reason=data["reason"], origin=self.origin, **self.whose)


class Reject(HeavyAct):
    """There is no such money."""

    permission = DECIDE_DEPOSIT
    form_class = forms.RejectForm
    done = _("Rejected. What comes all the same waits for a person.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Reject it."""
        deciding.reject_deposit(reason=data["reason"], **self.whose)


class Arrived(HeavyAct):
    """A person sees the money; another one decides."""

    permission = RECORD_HANDOVER
    form_class = forms.ArrivedForm
    done = _("Recorded. Coins wait for their confirmations; then somebody else decides.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record it."""
        handing.record_arrival(arrival=data, **self.whose)


class Screen(DepositAct):
    """The coins were looked at."""

    permission = RECORD_HANDOVER
    form_class = shared.ScreenForm
    done = _("Recorded.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record what was found."""
        finding = Finding(result=Screening(data["result"]), case=data["case"])
        screening.screen_deposit(finding=finding, **self.whose)


class Cancel(DepositAct):
    """Stopped for the client."""

    permission = START_DEPOSIT
    form_class = forms.CancelForm
    done = _("Stopped. What comes all the same waits for a person.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Stop it."""
        starting.cancel_deposit(reason=data["reason"], **self.whose)


class RecordReturn(HeavyAct):
    """It went back by another way."""

    permission = SEND_PAYOUT
    form_class = forms.RecordReturnForm
    done = _("Recorded as sent back.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record it."""
        returning.record_return(reference=data["reference"], **self.whose)


class Settle(HeavyAct, by_hand.Proposes):
    """It moved, or it did not; a second person confirms."""

    settling: ClassVar[Any] = settling


class SettleConfirm(HeavyAct, by_hand.Confirms):
    """The second person found the same."""

    settling: ClassVar[Any] = settling


class SettleDecline(DepositAct, by_hand.Declines):
    """The second person did not find the same, or the first one takes it back."""

    settling: ClassVar[Any] = settling


#: The last part of an address → the act behind it.
ACTS: dict[str, type[DepositAct]] = {
    "accept": Accept,
    "return": Return,
    "reject": Reject,
    "arrived": Arrived,
    "screen": Screen,
    "cancel": Cancel,
    "record-return": RecordReturn,
    "settle": Settle,
    "settle-confirm": SettleConfirm,
    "settle-decline": SettleDecline,
}

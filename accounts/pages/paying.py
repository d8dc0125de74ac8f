"""Acts on the money after MetaTrader's debit: sent, confirmed, returned."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actions import payouts
from accounts.pages import forms
from accounts.pages.decisions import Decision, weigh
from accounts.permissions import CONFIRM_PAYOUT, RETURN_PAYOUT, SEND_PAYOUT
from backoffice.core.actors import Actor


class Send(Decision):
    """The wire was given to the bank."""

    permission = SEND_PAYOUT
    form_class = forms.SendForm
    done = _("Recorded as sent. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record the bank's reference."""
        payouts.send_payout(bank_reference=data["bank_reference"], **self.whose)


class Confirm(Decision):
    """The money left the bank."""

    permission = CONFIRM_PAYOUT
    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    form_class = forms.ConfirmForm
    done = _("Paid.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        payouts.confirm_payout(**self.whose)


class AskReturn(Decision):
    """It has to go back."""

    permission = (SEND_PAYOUT, RETURN_PAYOUT)
    form_class = forms.AskReturnForm
    done = _("Asked for. A second person confirms the return.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for the return."""
        payouts.ask_return(reason=data["reason"], **self.whose)


class DropReturn(Decision):
    """It stays after all."""

    permission = (SEND_PAYOUT, RETURN_PAYOUT)
    form_class = forms.DropReturnForm
    done = _("The return is dropped.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Drop the return."""
        payouts.drop_return(reason=data["reason"], **self.whose)


class Return(Decision):
    """Back to the trading account, as somebody else asked."""

    permission = RETURN_PAYOUT
    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    form_class = forms.ReturnForm
    done = _("On its way back to the account.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Return it."""
        payouts.return_payout(**self.whose)


class RetryReturn(Decision):
    """The return once more, after MetaTrader did not take it."""

    permission = RETURN_PAYOUT
    form_class = forms.RetryReturnForm
    done = _("On its way back to the account once more.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Return it again."""
        payouts.retry_return(reason=data["reason"], **self.whose)

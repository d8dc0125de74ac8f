"""Acts on the money after MetaTrader's debit: sent, confirmed, returned."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actions import payouts
from accounts.actions.ways import screening
from accounts.actions.ways.receipts import Receipt
from accounts.actions.ways.screening import Finding
from accounts.pages import forms
from accounts.pages.decisions import Decision, weigh
from accounts.permissions import CONFIRM_PAYOUT, RECORD_HANDOVER, RETURN_PAYOUT, SEND_PAYOUT
from accounts.terms.chains import Screening
from backoffice.core.actors import Actor


class Send(Decision):
    """The wire was given to the bank."""

    permission = SEND_PAYOUT
    form_class = forms.SendForm
    done = _("Recorded as sent. A second person confirms it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record the bank's reference, the hash or the receipt."""
        reference, person, place = (data[name] for name in ("bank_reference", "person", "place"))
        receipt = Receipt(number=reference, person=person, place=place) if person else None
        payouts.send_payout(bank_reference=reference, receipt=receipt, **self.whose)


class Confirm(Decision):
    """The money left the bank."""

    permission = CONFIRM_PAYOUT
    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    form_class = forms.ConfirmForm
    done = _("Paid.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Confirm it."""
        payouts.confirm_payout(confirmations=data["confirmations"], **self.whose)


class Screen(Decision):
    """The address that coins go to was looked at."""

    permission = RECORD_HANDOVER
    form_class = forms.ScreenForm
    done = _("Recorded.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record what was found."""
        finding = Finding(result=Screening(data["result"]), case=data["case"])
        screening.screen_payment(finding=finding, **self.whose)


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

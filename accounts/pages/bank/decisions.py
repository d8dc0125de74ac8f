"""Acts on a row of the bank: each is one form of its page and calls one action."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.bank import agreeing, assigning, binding, freeing, sure
from accounts.actions.bank.binding import Corrected
from accounts.pages.bank import forms
from accounts.pages.bank.detail import RowAct, number_of
from accounts.pages.forms import DecisionForm
from accounts.permissions import AGREE_WIRES, BIND_WIRES
from accounts.queries.bank import rows, targets
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage


class Bind(RowAct):
    """It pays this deposit."""

    permission = BIND_WIRES
    needs_step_up = True
    form_class = forms.BindForm
    done = _("Bound. The deposit goes its way.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Bind it, or propose it with a fee that the house bears."""
        wish = Corrected(fee=data["fee"] or binding.NOTHING, reason=data["reason"])
        deposit_id = number_of(data["deposit"])
        binding.bind_row(deposit_id=deposit_id, corrected=wish, **self.whose)


class Make(RowAct):
    """It becomes a deposit to this trading account."""

    permission = BIND_WIRES
    needs_step_up = True
    form_class = forms.MakeForm
    done = _("A deposit is made of it. Somebody else decides about it.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Make it."""
        login = number_of(data["account"])
        account_id = targets.account_of_login(self.request.user, str(login))
        binding.make_deposit(account_id=account_id, **self.whose)


class Fee(RowAct):
    """It is the bank's own fee."""

    permission = BIND_WIRES
    form_class = forms.FeeForm
    done = _("Booked as a fee of the bank.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Book it as one."""
        assigning.take_fee(**self.whose)


class SendBack(RowAct):
    """It goes back to its sender."""

    permission = BIND_WIRES
    form_class = forms.SendBackForm
    done = _("Proposed. A second person agrees, then it is sent at the bank.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        assigning.propose_send_back(reason=data["reason"], **self.whose)


class WentBack(RowAct):
    """It is the way back of another row."""

    permission = BIND_WIRES
    form_class = forms.WentBackForm
    done = _("The two rows settle each other.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Settle them."""
        assigning.settle_send_back(back_row_id=number_of(data["row"]), **self.whose)


class Payout(RowAct):
    """It is a payout of ours, or one that came back."""

    permission = BIND_WIRES
    needs_step_up = True
    form_class = forms.PayoutForm
    done = _("Bound to the payout.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Bind it, whichever way it went."""
        assigning.bind_to_payout(payment_id=number_of(data["payment"]), **self.whose)


class Settlement(RowAct):
    """It is what a provider paid to us."""

    permission = BIND_WIRES
    needs_step_up = True
    form_class = forms.SettlementForm
    done = _("Bound to the provider's settlement.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Bind it."""
        assigning.bind_settlement(line_id=number_of(data["line"]), **self.whose)


class DepositBack(RowAct):
    """It is the way back of a deposit."""

    permission = BIND_WIRES
    form_class = forms.DepositBackForm
    done = _("The deposit is sent back.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Bind it."""
        assigning.bind_deposit_back(deposit_id=number_of(data["deposit"]), **self.whose)


class Agree(RowAct):
    """The second person agrees."""

    permission = AGREE_WIRES
    needs_step_up = True
    form_class = forms.AgreeForm
    done = _("Agreed.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Agree to it."""
        agreeing.agree_use(**self.whose)


class Free(RowAct):
    """It is nobody's again."""

    permission = (BIND_WIRES, AGREE_WIRES)
    form_class = forms.FreeForm
    done = _("Taken back. The row is nobody's.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Take it back."""
        freeing.free_row(reason=data["reason"], **self.whose)


class BindSure(ActionPage):
    """All rows whose deposit is sure, shown with their deposits, bound with one key."""

    permission = BIND_WIRES
    needs_step_up = True
    template_name = "accounts/bank_sure.html"
    form_class = forms.SureForm
    done = _("What was sure is bound. The deposits go their way.")

    def form(self, data: Any = None) -> DecisionForm:
        """Return the form with the rows that are shown."""
        if data is None:
            self.pairs = rows.sure_pages_for(self.request.user)
            return forms.SureForm(initial={"seen": " ".join(str(one.pk) for one, _d in self.pairs)})
        self.pairs = []
        return forms.SureForm(data)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Bind those that were seen and are still sure."""
        seen = {int(one) for one in data["seen"].split()}
        sure.bind_sure(seen=seen, actor=actor, now=self.now)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the pairs."""
        return super().show(template_name, {"pairs": self.pairs, **context}, **extra)

    def goes_to(self) -> str:
        """Return the rows that are still nobody's."""
        return f"{reverse('accounts:bank-list')}?view=free"


#: The last part of an address → the act behind it.
ACTS: dict[str, type[RowAct]] = {
    "bind": Bind,
    "make": Make,
    "fee": Fee,
    "send-back": SendBack,
    "went-back": WentBack,
    "payout": Payout,
    "settlement": Settlement,
    "deposit-back": DepositBack,
    "agree": Agree,
    "free": Free,
}

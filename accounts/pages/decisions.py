"""Acts on a request: each is one form of the approval page and calls one action."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions import asking_client, withdrawals
from accounts.pages import deciding, forms
from accounts.permissions import APPROVE_WITHDRAWAL, REQUEST_WITHDRAWAL
from accounts.queries import payments
from accounts.states import Missing, RejectReason
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage


def weigh(user: Any, kwargs: Mapping[str, Any]) -> Any:
    """Return what the guard compares with the limit of one proof (identity's stepping_up)."""
    return payments.weight_for(user, kwargs["pk"])


class Decision(ActionPage):
    """An act of the decision bar: opened alone, or refused, it is the page with that form open."""

    template_name = "accounts/payment_detail.html"
    form_class: ClassVar[type[forms.DecisionForm]]

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render the whole page around the form; 404 for a payment out of reach."""
        user = self.request.user
        page = deciding.page_for(user, self.kwargs["pk"], origin=self.origin, now=self.now)
        around = deciding.context(user, page, form=context["form"], now=self.now)
        return super().show(template_name, {"record": page, **around}, **extra)

    def goes_to(self) -> str:
        """Return the page of the payment."""
        return reverse("accounts:payment-detail", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what every action is told: which payment, who acts, when."""
        return {
            "payment_id": self.kwargs["pk"],
            "actor": self.request.user.actor,
            "now": self.now,
        }


class Approve(Decision):
    """Yes, to exactly what was on the page."""

    permission = APPROVE_WITHDRAWAL
    needs_step_up = True
    step_up_amount = staticmethod(weigh)
    form_class = forms.ApproveForm
    done = _("Approved. MetaTrader is debited next.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Approve it."""
        seen = data["fingerprint"]
        withdrawals.approve_withdrawal(fingerprint=seen, origin=self.origin, **self.whose)


class Reject(Decision):
    """No, with its reason."""

    permission = APPROVE_WITHDRAWAL
    form_class = forms.RejectForm
    done = _("Rejected. The hold is released.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Reject it."""
        rejection = withdrawals.Rejection(
            reason=RejectReason(data["reason"]), public=data["public"], note=data["note"]
        )
        withdrawals.reject_withdrawal(rejection=rejection, origin=self.origin, **self.whose)


class Cancel(Decision):
    """Taken back for the client."""

    permission = REQUEST_WITHDRAWAL
    form_class = forms.CancelForm
    done = _("Cancelled. The hold is released.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Cancel it."""
        withdrawals.cancel_withdrawal(reason=data["reason"], **self.whose)


class AskClient(Decision):
    """Something is missing: the clock stands still until the client gives it."""

    permission = APPROVE_WITHDRAWAL
    form_class = forms.AskClientForm
    done = _("Waits for the client. No time runs meanwhile.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        missing = [Missing(code) for code in data["missing"]]
        asking_client.ask_client(missing=missing, text=data["text"], **self.whose)


class Supply(Decision):
    """What was missing has come."""

    permission = (REQUEST_WITHDRAWAL, APPROVE_WITHDRAWAL)
    form_class = forms.SupplyForm
    done = _("Recorded. It can be decided now.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Record what came."""
        asking_client.supply(text=data["text"], **self.whose)

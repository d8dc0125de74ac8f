"""Asking for an adjustment on an account: two forms, and what the account has now."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.adjusting import asking
from accounts.pages.adjusting.forms import WAYS, AskForm, ReverseForm
from accounts.permissions import ASK_ADJUSTMENT
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage
from trading.queries import money, trading_accounts


class _Ask(ActionPage):
    """A form about one account."""

    permission = ASK_ADJUSTMENT
    template_name = "accounts/adjustment_ask.html"
    done = _("Asked for. Somebody else has to agree before anything moves.")

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        wish = asking.Wish(
            key=data["key"],
            account_id=self.kwargs["account_id"],
            cause=Cause(data["cause"]),
            reason=data["reason"],
            **self.told(data),
        )
        self.asked = asking.ask_adjustment(wish=wish, actor=actor, origin=self.origin, now=self.now)

    def told(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what this form says beside the reason."""
        raise NotImplementedError

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the account and what it has now."""
        user, pk = self.request.user, self.kwargs["account_id"]
        trading_accounts.require_in_reach(user, pk, ASK_ADJUSTMENT)
        around = {
            "account": trading_accounts.get_account_for(user, pk),
            "money": money.account_money(pk),
            "is_reversal": isinstance(self, ReverseRecord),
        }
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the page of what was asked for."""
        return reverse("accounts:adjustment-detail", args=[self.asked.pk])


class AskAdjustment(_Ask):
    """A correction, credit in or credit out."""

    form_class = AskForm

    def told(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the kind with its sign, and the end of a credit."""
        kind, sign = WAYS[data["way"]]
        return {"kind": kind, "amount": sign * data["amount"], "ends_at": data["ends_at"]}


class ReverseRecord(_Ask):
    """The opposite of a record that we booked."""

    form_class = ReverseForm

    def form(self, data: Any = None) -> ReverseForm:
        """Return the form, with the ticket that the address names."""
        return ReverseForm(data, initial={"ticket": self.request.GET.get("ticket", "")})

    def told(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return which record it undoes."""
        return {"kind": AdjustmentKind.REVERSAL, "ticket": data["ticket"]}

"""A client's withdrawals: where the money would go, asked for, answered, taken back."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import asking_client, withdrawals
from accounts.portal.forms import AnswerForm, CancelForm, WithdrawalForm
from accounts.portal.offers import offer_for
from accounts.queries.own import payments
from accounts.states import Direction, StatedReason
from backoffice.ui.personal.shapes import ClientAction, ClientDetail
from crm.queries import known

AS_TYPED = ("key", "amount", "requisite", "stated_text")


class Withdraw(ClientAction):
    """Asks for a withdrawal; the same action that staff use, in the client's own name."""

    template_name = "portal/accounts/withdrawal_new.html"
    done = gettext_lazy("Received. The amount is set aside.")

    def form(self, data: Any = None) -> WithdrawalForm:
        """Return the form with one's own accounts and the ways to be paid."""
        self.offer = offer_for(self.client_id, Direction.OUT)
        places = self.offer.with_wallets(self.client_id)
        return WithdrawalForm(data, accounts=places, methods=self.offer.methods)

    def around(self) -> dict[str, Any]:
        """Return the ways that are shut, and why."""
        return {"shut": self.offer.shut}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask for it; with `look`, only show where the money would go."""
        if "look" not in self.request.POST:
            return super().post(request, **kwargs)
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self._shown(form, status=422)
        client = known.get_client(self.client_id)
        asked = {**form.cleaned_data, **taken_from(form.cleaned_data["account_id"])}
        way = payments.way_of(client, SimpleNamespace(**asked), now=self.now)
        return self.show(self.template_name, {"form": form, "way": way, **self.around()})

    def act(self, data: Mapping[str, Any]) -> None:
        """Ask for it: it goes to the client, never to anybody else."""
        client = known.get_client(self.client_id)
        request = withdrawals.Request(
            **taken_from(data["account_id"]),
            method_id=int(data["method_id"]),
            stated_reason=StatedReason(data["stated_reason"]),
            holder=client.full_name if client else "",
            **{name: data[name] for name in AS_TYPED},
        )
        self.asked = withdrawals.request_withdrawal(
            request=request, actor=self.actor, origin=self.origin, now=self.now
        )

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("portal:withdrawal", args=[self.asked.pk])


def taken_from(chosen: str) -> dict[str, Any]:
    """Return from where: an account, or the wallet in its currency."""
    word, _colon, number = str(chosen).rpartition(":")
    return {"account_id": int(number), "from_wallet": word == "wallet"}


class OwnWithdrawal(ClientDetail):
    """One withdrawal: the stage, the promise, where it goes."""

    template_name = "portal/accounts/withdrawal.html"

    def context(self, pk: int) -> dict[str, Any]:
        """Return it, or 404."""
        own = payments.get_withdrawal_of(self.client_id, pk, now=self.now)
        return {"own": own, "form": AnswerForm(label_suffix="") if own.may_answer else None}


class OwnAct(ClientAction):
    """An act on a withdrawal of one's own; refused, it is its page with the reason."""

    template_name = "portal/accounts/withdrawal.html"

    def around(self) -> dict[str, Any]:
        """Return the withdrawal, or 404."""
        pk = self.kwargs["pk"]
        return {"own": payments.get_withdrawal_of(self.client_id, pk, now=self.now)}

    def goes_to(self) -> str:
        """Return its page."""
        return reverse("portal:withdrawal", args=[self.kwargs["pk"]])

    @property
    def whose(self) -> dict[str, Any]:
        """Return what the actions are told; 404 before that for what is not one's own."""
        self.around()
        return {"payment_id": self.kwargs["pk"], "actor": self.actor, "now": self.now}


class CancelOwn(OwnAct):
    """Takes it back."""

    done = gettext_lazy("Cancelled. The amount is free again.")

    def form(self, data: Any = None) -> CancelForm:
        """Return a form without a field."""
        return CancelForm(data)

    def act(self, data: Mapping[str, Any]) -> None:
        """Take it back."""
        withdrawals.cancel_withdrawal(reason=_("Cancelled by the client"), **self.whose)


class Answer(OwnAct):
    """Gives what we asked for."""

    done = gettext_lazy("Thank you. We go on with it.")

    def form(self, data: Any = None) -> AnswerForm:
        """Return the form."""
        return AnswerForm(data, label_suffix="")

    def act(self, data: Mapping[str, Any]) -> None:
        """Record it."""
        asking_client.supply(text=data["text"], **self.whose)

"""The methods with the terms in force, and the next version of one method's terms proposed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.actions.ways import agreeing as proposing
from accounts.pages.methods.forms import TermsForm, typed_of
from accounts.permissions import PROPOSE_TERMS, SEE_PAYMENT_METHODS
from accounts.queries.ways import in_force as terms
from accounts.states import Direction
from backoffice.approvals.queries import about
from backoffice.core.actors import Actor
from backoffice.ui.shapes import ActionPage, DetailPage


class MethodList(DetailPage):
    """Every method in reach: active or not, which way, with what it allows elsewhere than named."""

    permission = SEE_PAYMENT_METHODS
    template_name = "accounts/method_list.html"

    def record(self) -> Any:
        """Return the methods, each with its terms in and out."""
        return terms.offers_for(self.request.user)


class ProposeTerms(ActionPage):
    """The next version of a method's terms; another person has to agree."""

    permission = PROPOSE_TERMS
    template_name = "accounts/method_terms.html"
    needs_step_up: ClassVar[bool] = True
    done = gettext_lazy("Proposed. Another person has to agree.")

    def form(self, data: Any = None) -> Any:
        """Return the form, begun from what holds for the way asked for; 404 out of reach."""
        method = terms.get_method_for(self.request.user, self.kwargs["pk"])
        way, country = terms.way_asked(method, self.request.GET)
        held = typed_of(terms.terms_of(method, country, way)) if data is None else {}
        initial = {"direction": way.value, "country": country, **held}
        self.typed = TermsForm(data, initial=initial, label_suffix="")
        return self.typed

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Propose it."""
        proposal = proposing.Proposal(
            key=data["key"], direction=Direction(data["direction"]), country=data["country"],
            terms=self.typed.terms(), reason=data["reason"],
        )  # fmt: skip
        whose = {"method_id": self.kwargs["pk"], "actor": actor, "now": self.now}
        proposing.propose_terms(proposal=proposal, origin=self.origin, **whose)

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render it beside what held before."""
        method = terms.get_method_for(self.request.user, self.kwargs["pk"])
        asked = about.asked_about(proposing.KIND, "payment_method", method.pk)
        around = {"method": method, "history": terms.history_of(method), "asked": asked}
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the list."""
        return reverse("accounts:method-list")

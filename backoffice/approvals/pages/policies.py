"""Who has to agree to what: the policies in force, one with its history, a change asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.approvals import terms
from backoffice.approvals.actions import policies
from backoffice.approvals.actions.policies import BadRules
from backoffice.approvals.pages.policy_form import PolicyForm
from backoffice.approvals.permissions import SEE_POLICIES, SET_POLICIES
from backoffice.approvals.queries import about
from backoffice.approvals.queries import policies as reading
from backoffice.core.actors import Actor
from backoffice.core.words import noop
from backoffice.identity.queries import roles
from backoffice.ui.shapes import ActionPage, DetailPage

#: Acts that have a policy from the first day and that no app has yet.
PLANNED = {
    "accounts.deposit": noop("Deposit"),
    "crm.bank_details": noop("Change of a client's bank details"),
    "crm.reassignment": noop("Giving clients to another owner"),
    "crm.export": noop("Export of clients"),
    "trading.trade": noop("Trade for a client"),
}


class PolicyList(DetailPage):
    """Every kind of act with its policy in words."""

    permission = SEE_POLICIES
    template_name = "approvals/policy_list.html"

    def record(self) -> Any:
        """Return the policies in force, each with its kind's label and its words."""
        names = role_names()
        return [told(policy, names) for policy in reading.list_in_force()]


class PolicyDetail(DetailPage):
    """One policy: its rules, what an amount would need, every version of it."""

    permission = SEE_POLICIES
    template_name = "approvals/policy_detail.html"

    def record(self, kind: str) -> Any:
        """Return the versions, the newest first; 404 for no kind of act."""
        versions = reading.list_versions_of(kind)
        if not versions:
            raise Http404
        names = role_names()
        return [told(policy, names) for policy in versions]

    def context(self, record: Any) -> dict[str, Any]:
        """Return what the amount in the address would need, and whether a change can be asked."""
        policy, query = record[0]["policy"], self.request.GET
        tried, wrong = "", ""
        try:
            tried = needs(policy, query.get("amount", ""), query.get("currency", ""))
        except BadRules as why:
            wrong = str(why)
        return {
            "asked": asked_about(policy.kind),
            "may_change": self.request.user.may(SET_POLICIES) and record[0]["is_used"],
            "needs": tried,
            "wrong": wrong,
            "amount": query.get("amount", ""),
            "currency": query.get("currency", ""),
        }


class ChangePolicy(ActionPage):
    """Another policy, asked for: it holds once another person agreed."""

    permission = SET_POLICIES
    template_name = "approvals/policy_change.html"
    form_class = PolicyForm
    needs_step_up: ClassVar[bool] = True
    done = gettext_lazy("Asked for. Another person has to agree.")

    def form(self, data: Any = None) -> Any:
        """Return the form, filled with what is in force."""
        policy = self.policy()
        kind = terms.kind_of(policy.kind)
        return PolicyForm(data, rules=policy.rules, kind=kind, roles=role_names())

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Ask for it."""
        policies.ask_for_policy(
            kind=self.kwargs["kind"],
            rules=data["rules"],
            reason=data["reason"],
            key=data["key"],
            actor=actor,
            origin=self.origin,
            now=self.now,
        )

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the policy in force beside it."""
        policy = self.policy()
        around = {"told": told(policy, role_names()), "asked": asked_about(policy.kind)}
        return super().show(template_name, {**around, **context}, **extra)

    def goes_to(self) -> str:
        """Return the queue of what one asked for."""
        return reverse("approvals:request-list") + "?view=mine"

    def policy(self) -> Any:
        """Return the policy in force of a kind that an app registered, or 404."""
        versions = reading.list_versions_of(self.kwargs["kind"])
        if not versions or not is_used(versions[0]):
            raise Http404
        return versions[0]


def asked_about(kind: str) -> Any:
    """Return the request for another policy of a kind that is not over, if there is one."""
    return about.asked_about(policies.KIND, "approval_kind", kind)


def role_names() -> dict[str, str]:
    """Return the names of roles by code."""
    return {role.code: role.name for role in roles.list_roles()}


def is_used(policy: Any) -> bool:
    """Say whether an app has acts of this kind."""
    return any(kind.code == policy.kind for kind in terms.kinds())


def told(policy: Any, names: dict[str, str]) -> dict[str, Any]:
    """Return a policy with its label and its rules in words; `is_used` where an app has the act."""
    labels = {kind.code: kind.label for kind in terms.kinds()}
    label = labels.get(policy.kind) or PLANNED.get(policy.kind)
    return {
        "policy": policy,
        "label": _(label) if label else policy.kind,
        "is_used": is_used(policy),
        "words": reading.words_of(policy.rules, names),
        "bands": reading.bands_in_words(policy.rules, names),
    }


def needs(policy: Any, amount: str, currency: str) -> str:
    """Return who would have to agree to this amount, in words; nothing when none is named.

    BadRules when it is no amount.
    """
    if not amount.strip():
        return ""
    seats = reading.seats_for(policy, policies.amount_of(amount), currency.strip().upper())
    return reading.seats_in_words(seats, role_names())

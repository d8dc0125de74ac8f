"""Who has to agree to what: the policy in force, its history, and which rule takes an amount."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

from backoffice.approvals.models import ApprovalPolicy
from backoffice.ui.figures import amount


class Seats(Func):
    """The seats that an amount needs, as PostgreSQL's guard reckons them."""

    function = "approvals_seats"
    output_field = models.JSONField()


def in_force(kind: str) -> ApprovalPolicy:
    """Return the policy of a kind that is in force; DoesNotExist when no kind is called so."""
    found = ApprovalPolicy.objects.filter(kind=kind).order_by("-version").first()
    if found is None:
        raise ApprovalPolicy.DoesNotExist(kind)
    return found


def get_version(kind: str, version: int) -> ApprovalPolicy:
    """Return one version of a kind's policy; DoesNotExist when there is none."""
    return ApprovalPolicy.objects.get(kind=kind, version=version)


def list_in_force() -> list[ApprovalPolicy]:
    """Return the policy in force of every kind, by kind."""
    rows = ApprovalPolicy.objects.order_by("kind", "-version").distinct("kind")
    return list(rows)


def list_versions_of(kind: str) -> list[ApprovalPolicy]:
    """Return every version of a kind's policy, the newest first."""
    return list(ApprovalPolicy.objects.filter(kind=kind).order_by("-version"))


def seats_for(policy: ApprovalPolicy, amount: Decimal | None, currency: str) -> list[list[str]]:
    """Return the seats that an amount would need by this policy: one list of roles a seat."""
    number = Value(amount, models.DecimalField(max_digits=20, decimal_places=4))
    asked = Seats(F("rules"), number, Value(currency, models.TextField()))
    rows = ApprovalPolicy.objects.filter(pk=policy.pk).annotate(asked=asked)
    return list(rows.values_list("asked", flat=True).get())


def words_of(rules: Any, roles: dict[str, str], *, beside: Any = None) -> list[tuple[str, str]]:
    """Return a policy's rules in words: a word and its value, in order.

    `beside` are the rules that they are shown with, and whose words for the same lines they take.
    """
    hours = int(rules["hours"])
    anybody = _("whoever holds the right")
    told = [
        (_("May ask"), ", ".join(roles.get(one, one) for one in rules["askers"]) or anybody),
        (_("Time to decide"), _("%(hours)s h") % {"hours": hours} if hours else _("no limit")),
    ]
    told += bands_in_words(rules, roles, beside=beside)
    told.append((_("Another may vote for an absent one"), _yes(rules["delegable"])))
    told.append((_("Confirm anew who you are"), _yes(rules["step_up"])))
    return told


def bands_in_words(
    rules: Any, roles: dict[str, str], *, beside: Any = None
) -> list[tuple[str, str]]:
    """Return who has to agree, by amount, in words: a limit and the seats from there on."""
    are_many = len((beside or rules)["bands"]) > 1
    rest = _("Everything else") if are_many else _("Who has to agree")
    return [
        (_above(band) if band["currency"] else rest, seats_in_words(band["seats"], roles))
        for band in rules["bands"]
    ]


def _above(band: Any) -> str:
    told = {"above": amount(Decimal(band["above"]), band["currency"]), "currency": band["currency"]}
    if not Decimal(band["above"]):
        return _("Any amount in %(currency)s") % told
    return _("Above %(above)s %(currency)s") % told


def seats_in_words(seats: list[list[str]], roles: dict[str, str]) -> str:
    """Return who has to agree, in words."""
    if not seats:
        return _("nobody: done alone, reviewed by another the next morning")
    anybody = _("whoever may decide")
    return " + ".join(
        _(" or ").join(roles.get(one, one) for one in seat) if seat else anybody for seat in seats
    )


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else _("no")

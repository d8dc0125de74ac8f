"""A method's terms are changed by two people: one proposes the next version, another agrees.

Versions are never edited. What holds is the newest of a country; PostgreSQL lets one in only with
its approval carried out.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.calc.method_rules import Terms
from accounts.events import MethodTermsSet
from accounts.models import MethodTerms, PaymentMethod
from accounts.permissions import DECIDE_TERMS, PROPOSE_TERMS, SEE_PAYMENT_METHODS
from accounts.queries.ways.in_force import is_way_of, terms_of
from accounts.states import DIRECTION_LABELS, Direction
from backoffice.approvals import terms as engine
from backoffice.approvals.actions import askers, asking
from backoffice.approvals.queries import about
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.core.money import is_exact
from backoffice.core.words import noop
from crm.calc import countries

KIND = "accounts.method_terms"
AMOUNTS = ("minimum", "maximum", "day_limit", "month_limit", "fee_fixed", "provider_fixed")
PERCENTS = ("fee_percent", "provider_percent")
HOURS = ("decide_hours", "pay_hours")
LONGEST_HOURS = 2400
MOST_NOTICES = 6


class BadTerms(Rejected):
    """Terms that cannot hold; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The next version: for money going this way, of clients in this country ("": every other)."""

    key: UUID
    direction: Direction
    country: str
    terms: Terms
    reason: str


@transaction.atomic
def propose_terms(
    *, method_id: int, proposal: Proposal, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> int:
    """Propose a version; return the request. It holds once another person agreed.

    Raises NotAskable out of reach, BadTerms, Rejected without a reason.
    """
    rows = PaymentMethod.objects.filter(pk=method_id)
    askers.require_reach(actor, PROPOSE_TERMS, rows)
    method = rows.get()
    if not is_way_of(method, proposal.direction):
        raise BadTerms(_("This method moves no money this way."))
    _require_country(method, proposal.country)
    require_lawful(proposal.terms, method.currency)
    wish = Wish(
        key=proposal.key,
        kind=KIND,
        subject=("payment_method", method.pk),
        payload={
            "method": method.pk,
            "name": str(method),
            "direction": str(proposal.direction),
            "country": proposal.country,
            "before": _written(terms_of(method, proposal.country, proposal.direction)),
            **_written(proposal.terms),
        },
        reason=proposal.reason,
    )
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now).pk


def _require_country(method: PaymentMethod, country: str) -> None:
    """Raise BadTerms for a country that there is not; what already has terms may have others."""
    is_known = not country or countries.is_code(country)
    if not is_known and not MethodTerms.objects.filter(method=method, country=country).exists():
        sentence = _("There is no country %(code)s: write ES for Spain, GB for the United Kingdom.")
        raise BadTerms(sentence % {"code": country})


def require_lawful(terms: Terms, currency: str) -> None:
    """Raise BadTerms for what contradicts itself, or is no amount of the currency."""
    for name in (*AMOUNTS, *PERCENTS):
        _require_amount(getattr(terms, name), currency if name in AMOUNTS else "")
    least, most = terms.minimum, terms.maximum
    is_turned = least is not None and most is not None and least > most
    rising = list(terms.notices) == sorted(set(terms.notices))
    has_bad_notices = (
        not rising or len(terms.notices) > MOST_NOTICES or min(terms.notices, default=0) < 1
    )
    for is_wrong, sentence in (
        (is_turned, _("The smallest amount is more than the largest one.")),
        (any(getattr(terms, one) >= 100 for one in PERCENTS), _("A fee is less than 100 percent.")),
        (
            any(not 1 <= getattr(terms, name) <= LONGEST_HOURS for name in HOURS),
            _("A promise is between 1 and 2400 hours a stage."),
        ),
        (has_bad_notices, _("Notices are hours that rise, six at most: 60, 84, 108.")),
    ):
        if is_wrong:
            raise BadTerms(sentence)


def _require_amount(value: Decimal | None, currency: str) -> None:
    """Raise BadTerms for what is no amount of the currency, or (none) no share."""
    if value is None:
        return
    if not value.is_finite() or value < 0 or (currency and not is_exact(value, currency)):
        sentence = _("%(value)s is no amount of %(currency)s.")
        raise BadTerms(sentence % {"value": value, "currency": currency or "%"})


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Let the version hold from now on. Part of the engine's transaction."""
    method = PaymentMethod.objects.get(pk=int(payload["method"]))
    terms = _read(payload)
    require_lawful(terms, method.currency)
    told = asdict(terms)
    told.pop("is_of_country")
    row = MethodTerms.objects.create(
        method=method,
        country=str(payload["country"]),
        direction=str(payload["direction"]),
        set_by=str(actor),
        set_at=now,
        approval_id=request_id,
        **(told | {"notices": list(terms.notices)}),
    )
    event = MethodTermsSet(
        method_id=method.pk,
        code=method.code,
        country=row.country,
        direction=str(row.direction),
        request_id=request_id,
    )
    subjects = [("payment_method", method.pk), ("legal_entity", method.legal_entity_id)]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def describe(payload: Payload) -> Words:
    """Tell a version in words."""
    labels = {
        "is_offered": _("Offered"),
        "minimum": _("Smallest amount"),
        "maximum": _("Largest amount"),
        "day_limit": _("At most within 24 hours"),
        "month_limit": _("At most within 30 days"),
        "fee_percent": _("Our fee, percent"),
        "fee_fixed": _("Our fee, amount"),
        "provider_percent": _("Provider's fee on payouts, percent"),
        "provider_fixed": _("Provider's fee on payouts, amount"),
        "decide_hours": _("Promise: hours to decide"),
        "pay_hours": _("Promise: hours to pay"),
        "notices": _("Staff are told after hours"),
    }
    told = [
        (_("Method"), str(payload["name"])),
        (_("Direction"), _(DIRECTION_LABELS[Direction(str(payload["direction"]))])),
        (_("Country"), str(payload["country"]) or _("every other one")),
    ]
    said = {"": "—", "yes": _("yes"), "no": _("no")}
    values = {name: str(payload[name]) for name in labels}
    told += [
        (word, said.get(values[name], values[name].replace(",", ", ")))
        for name, word in labels.items()
    ]
    return told


def tell_before(payload: Payload, asked_facts: Payload) -> Words:
    """Tell what held until it was proposed, in the same words."""
    return describe({**payload, **payload["before"]}) if "before" in payload else ()


def register() -> None:
    """Make the kind known."""
    engine.register(
        Kind(
            code=KIND,
            label=noop("Terms of a payment method"),
            asks=PROPOSE_TERMS,
            decides=DECIDE_TERMS,
            sees=SEE_PAYMENT_METHODS,
            describe=describe,
            tell_before=tell_before,
            execute=carry_out,
            in_reach=about.in_reach_of("payment_method", PaymentMethod),
        )
    )


def _written(terms: Terms) -> dict[str, str]:
    told = {name: getattr(terms, name) for name in (*AMOUNTS, *PERCENTS)}
    written = {
        name: "" if value is None else f"{value.normalize():f}" for name, value in told.items()
    }
    hours = {name: str(getattr(terms, name)) for name in HOURS}
    notices = ",".join(str(one) for one in terms.notices)
    return written | hours | {"notices": notices, "is_offered": "yes" if terms.is_offered else "no"}


def _read(payload: Payload) -> Terms:
    told: dict[str, Any] = {name: int(str(payload[name])) for name in HOURS}
    for name in (*AMOUNTS, *PERCENTS):
        told[name] = Decimal(str(payload[name])) if payload[name] else None
    for name in ("fee_fixed", "provider_fixed", *PERCENTS):
        told[name] = told[name] or Decimal(0)
    notices = tuple(int(one) for one in str(payload["notices"]).split(",") if one)
    return Terms(is_offered=payload["is_offered"] == "yes", notices=notices, **told)

"""Changing who has to agree: asked for by one, agreed to by another, a new version then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.actions import askers, asking
from backoffice.approvals.events import PolicyChanged
from backoffice.approvals.models import ApprovalPolicy, ApprovalRequest
from backoffice.approvals.permissions import SET_POLICIES
from backoffice.approvals.queries import policies
from backoffice.approvals.terms import Payload, Wish
from backoffice.core import canonical, locks, outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.money import is_exact
from backoffice.identity.queries import roles

KIND = "approvals.policy"
MOST_HOURS = 24 * 30
MOST_SEATS = 5
MOST_BANDS = 12


class BadRules(Rejected):
    """Rules that cannot be; the sentence says what and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Above which amount of which currency (none: the rest), which seats have to agree."""

    currency: str = ""
    above: Decimal = Decimal(0)
    seats: tuple[tuple[str, ...], ...] = ((),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may ask, how long it may take, who has to agree."""

    askers: tuple[str, ...] = ()
    hours: int = 24
    delegable: bool = True
    step_up: bool = True
    bands: tuple[Band, ...] = (Band(),)


@transaction.atomic
def ask_for_policy(
    *,
    kind: str,
    rules: Rules,
    reason: str,
    key: UUID,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> ApprovalRequest:
    """Ask for another policy of a kind; it holds once another person agreed.

    Raises BadRules with what is wrong, NotAskable.
    """
    askers.require_right(actor, SET_POLICIES)
    payload = {"kind": kind, "rules": _written(kind, rules)}
    wish = Wish(key=key, kind=KIND, subject=("approval_kind", kind), payload=payload, reason=reason)
    return asking.ask(wish=wish, actor=actor, origin=origin, now=now)


def carry_out(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Write the next version, word for word as it was agreed to."""
    kind = str(payload["kind"])
    locks.advisory(f"approvals.policy.{kind}", timeout_ms=2_000)
    latest = policies.in_force(kind)
    policy = ApprovalPolicy.objects.create(
        kind=kind,
        version=latest.version + 1,
        payload=canonical.encode(payload).decode(),
        rules=payload["rules"],
        request_id=request_id,
        set_by=str(actor),
        set_at=now,
        reason=ApprovalRequest.objects.values_list("reason", flat=True).get(pk=request_id),
    )
    event = PolicyChanged(
        policy_id=policy.pk, kind=kind, version=policy.version, request_id=request_id
    )
    outbox.emit(event, actor=actor, subjects=[("approval_kind", kind)], now=now)


def facts(payload: Payload) -> Payload:
    """Return what a change hangs on: the version that it follows."""
    return {"version": policies.in_force(str(payload["kind"])).version}


def _written(code: str, rules: Rules) -> dict[str, Any]:
    """Return the rules as they are kept; BadRules for what cannot be."""
    try:
        kind = terms.kind_of(code)
        before = policies.in_force(code)
    except (terms.UnknownKind, ApprovalPolicy.DoesNotExist) as error:
        raise BadRules(_("There is no kind of act %(kind)s.") % {"kind": code}) from error
    _require_roles(rules.askers)
    if not 0 <= rules.hours <= MOST_HOURS:
        raise BadRules(_("A deadline is 0 (none) to %(most)s hours.") % {"most": MOST_HOURS})
    if kind.is_decided_elsewhere and rules.hours:
        raise BadRules(_("This waits as long as it has to: its deadline is 0 (none)."))
    _require_bands(kind, rules.bands)
    written = {
        "permission": before.rules["permission"],
        "askers": list(rules.askers),
        "hours": str(rules.hours),
        "delegable": rules.delegable,
        "step_up": rules.step_up,
        "bands": [_band(band) for band in rules.bands],
    }
    if written == before.rules:
        raise Conflict(_("These rules are in force already."))
    return written


def _band(band: Band) -> Mapping[str, Any]:
    return {
        "currency": band.currency,
        "above": format(band.above, "f"),
        "seats": [list(seat) for seat in band.seats],
    }


def _require_bands(kind: terms.Kind, bands: Sequence[Band]) -> None:
    places = [(band.currency, band.above) for band in bands]
    if places.count(("", Decimal(0))) != 1 or any(one[0] == "" and one[1] for one in places):
        raise BadRules(_("One line without a currency says what holds for everything else."))
    if len(set(places)) != len(places) or len(places) > MOST_BANDS:
        sentence = _("Every limit stands once, and there are at most %(most)s.")
        raise BadRules(sentence % {"most": MOST_BANDS})
    for band in bands:
        _require_band(kind, band)


def _require_band(kind: terms.Kind, band: Band) -> None:
    if band.currency and not kind.has_amount:
        raise BadRules(_("This kind of act has no amount: it needs no limits."))
    is_code = band.currency.isascii() and band.currency.isalpha() and band.currency.isupper()
    if band.currency and not (is_code and 3 <= len(band.currency) <= 4):
        raise BadRules(_("A currency is three or four capital letters, such as USD."))
    if not band.above.is_finite() or band.above < 0:
        raise BadRules(_("A limit is an amount from 0 on."))
    if band.currency and not is_exact(band.above, band.currency):
        sentence = _("%(text)s has more digits than %(currency)s has.")
        raise BadRules(sentence % {"text": f"{band.above:f}", "currency": band.currency})
    if not band.seats and not kind.may_be_alone:
        raise BadRules(_("This kind of act is never one person's alone."))
    if len(band.seats) > MOST_SEATS:
        raise BadRules(_("At most %(most)s people can be asked to agree.") % {"most": MOST_SEATS})
    for seat in band.seats:
        _require_roles(seat)


def _require_roles(codes: Sequence[str]) -> None:
    known = {role.code for role in roles.list_roles()}
    unknown = sorted(set(codes) - known)
    if unknown:
        raise BadRules(_("There is no role %(codes)s.") % {"codes": ", ".join(unknown)})


def amount_of(text: str) -> Decimal:
    """Return a limit as somebody typed it; BadRules when it is no number."""
    try:
        return Decimal(text.strip().replace(" ", "").replace(",", "") or "0")
    except InvalidOperation as error:
        raise BadRules(_("%(text)s is no amount.") % {"text": text}) from error

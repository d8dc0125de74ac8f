"""Integrations: registered, changed, suspended, let in again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.events import Event
from backoffice.identity.actions import machines
from backoffice.identity.actions.machines import Grant
from backoffice.identity.queries import people
from backoffice.machines.actions import hands
from backoffice.machines.calc import networks
from backoffice.machines.events import (
    IntegrationChanged,
    IntegrationRegistered,
    IntegrationReinstated,
    IntegrationSuspended,
)
from backoffice.machines.models import Integration
from backoffice.machines.permissions import MANAGE_INTEGRATIONS

MOST_PER_MINUTE, MOST_AT_ONCE = 60_000, 10_000


class NotAllowed(Rejected):
    """Whoever acts may not look after integrations."""


class BadSettings(Rejected):
    """A value that an integration cannot have; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """Where a machine may call from, and how often."""

    networks: Sequence[str]
    per_minute: int = 600
    burst: int = 60


@transaction.atomic
def register(
    *, name: str, purpose: str, grant: Grant, reaching: Reaching, actor: Actor, now: datetime
) -> Integration:
    """Make a machine known; it can call once it has a token or a key.

    Raises NotAllowed, NotForMachines, BadSettings.
    """
    require_right(actor, grant.entity_ids)
    if not name.strip() or not purpose.strip():
        raise BadSettings(_("Say what it is called, and what it is for."))
    user = machines.add(name=name, grant=grant, now=now)
    integration = Integration(
        user=user, purpose=purpose.strip()[:200], created_by=str(actor), created_at=now
    )
    _reach(integration, reaching)
    integration.save(force_insert=True)
    tell(IntegrationRegistered(user_id=user.pk, scopes=", ".join(user.scopes)), actor, now)
    return integration


@transaction.atomic
def change(
    *, user_id: int, grant: Grant, reaching: Reaching, actor: Actor, now: datetime
) -> Integration:
    """Change what a machine may do, where from and how often; its next call is judged by it."""
    integration = allowed(user_id, actor)
    require_right(actor, grant.entity_ids)
    was = (integration.networks, integration.per_minute, integration.burst)
    user, before = machines.change(user_id, grant)
    _reach(integration, reaching)
    integration.save(update_fields=["networks", "per_minute", "burst"])
    hands.note(user_id, actor)
    pairs = {
        "scopes": (before.scopes, user.scopes),
        "legal entities": (before.entity_ids, user.entity_ids),
        "brands": (before.brand_ids, user.brand_ids),
        "addresses": (was[0], integration.networks),
        "calls a minute": (was[1], integration.per_minute),
        "calls at once": (was[2], integration.burst),
    }
    for field, (old, new) in pairs.items():
        if old != new:
            told = {"before": _words(old), "after": _words(new)}
            tell(IntegrationChanged(user_id=user_id, field=field, **told), actor, now)
    return integration


@transaction.atomic
def suspend(*, user_id: int, reason: str, actor: Actor, now: datetime) -> Integration:
    """Shut a machine out at its next call, whatever it holds."""
    if not reason.strip():
        raise BadSettings(_("Say why."))
    integration = allowed(user_id, actor)
    machines.set_active(user_id, is_active=False)
    tell(IntegrationSuspended(user_id=user_id, reason=reason.strip()[:300]), actor, now)
    return integration


@transaction.atomic
def reinstate(*, user_id: int, actor: Actor, now: datetime) -> Integration:
    """Let a machine in again."""
    integration = allowed(user_id, actor)
    machines.set_active(user_id, is_active=True)
    hands.note(user_id, actor)
    tell(IntegrationReinstated(user_id=user_id), actor, now)
    return integration


def require_right(actor: Actor, entity_ids: Sequence[int]) -> None:
    """Raise NotAllowed unless the actor may look after machines of all these legal entities now.

    No machine may: what machines hold can be no such right.
    """
    if actor.kind == "system":
        return
    user = people.find_acting(actor)
    reach = user.reach(str(MANAGE_INTEGRATIONS)) if user is not None else None
    reaches = reach if isinstance(reach, tuple) else (reach,)
    if not any(
        one is not None and (one.entity_ids is None or set(entity_ids) <= one.entity_ids)
        for one in reaches
    ):
        raise NotAllowed(_("You may not look after integrations of these legal entities."))


def locked(user_id: int) -> Integration:
    """Return an integration, its row locked."""
    return locks.rows(Integration.objects.select_related("user").filter(pk=user_id)).get()


def allowed(user_id: int, actor: Actor) -> Integration:
    """Return an integration, its row locked, if the actor may look after it; else NotAllowed."""
    integration = locked(user_id)
    require_right(actor, integration.user.entity_ids)
    return integration


def tell(event: Event, actor: Actor, now: datetime) -> None:
    """Announce something about a machine."""
    user_id: int = event.user_id  # type: ignore[attr-defined]  # every event of this room has it
    outbox.emit(event, actor=actor, subjects=[("user", user_id)], now=now)


def _network(text: str) -> str:
    try:
        return networks.tidied(text)
    except ValueError as error:
        sentence = _("%(text)s is no address and no network, such as 203.0.113.0/24.")
        raise BadSettings(sentence % {"text": text}) from error


def _reach(integration: Integration, reaching: Reaching) -> None:
    tidy = [_network(one.strip()) for one in reaching.networks if one.strip()]
    if not tidy:
        raise BadSettings(_("Name the addresses that it calls from; without one it cannot call."))
    within = 1 <= reaching.per_minute <= MOST_PER_MINUTE and 1 <= reaching.burst <= MOST_AT_ONCE
    if not within:
        raise BadSettings(_("A limit is 1 to 60,000 calls a minute, 1 to 10,000 at once."))
    integration.networks = list(dict.fromkeys(tidy))
    integration.per_minute, integration.burst = reaching.per_minute, reaching.burst


def _words(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)

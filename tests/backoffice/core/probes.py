"""Events and reactions of these tests, in an app of their own name."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.core.words import noop
from backoffice.core.work import reacts_to

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SYNC = Actor.system("sync")


@dataclass(frozen=True, kw_only=True)
class ThingWeighed(Event):
    """An event nobody reacts to, with a field of every kind."""

    name: ClassVar[str] = "probe.thing.weighed"
    sentence: ClassVar[str] = noop("{actor} weighed thing {thing_id}: {weight} {unit}")

    thing_id: int
    weight: Decimal
    unit: str = "kg"
    is_heavy: bool = False
    seen_at: datetime | None = None
    due_date: date | None = None
    labels: tuple[str, ...] = ()
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ThingDropped(Event):
    """An event that two reactions answer."""

    name: ClassVar[str] = "probe.thing.dropped"
    sentence: ClassVar[str] = noop("{actor} dropped thing {thing_id}")

    thing_id: int


@dataclass(frozen=True, kw_only=True)
class ThingSold(Event):
    """An event with an amount of money."""

    name: ClassVar[str] = "probe.thing.sold"
    sentence: ClassVar[str] = noop("{actor} sold thing {thing_id} for {amount} {currency}")

    thing_id: int
    amount: Decimal
    currency: str


heard: list[tuple[str, Event, Actor, datetime]] = []
answers: dict[str, Exception] = {}


@reacts_to(ThingDropped)
def sweep_up(event: ThingDropped, *, actor: Actor, now: datetime) -> None:
    """Note the event, or raise what the test has put up."""
    _hear("sweep_up", event, actor, now)


@reacts_to(ThingDropped)
def write_off(event: ThingDropped, *, actor: Actor, now: datetime) -> None:
    """Note the event, or raise what the test has put up."""
    _hear("write_off", event, actor, now)


def _hear(reaction: str, event: Event, actor: Actor, now: datetime) -> None:
    if reaction in answers:
        raise answers[reaction]
    heard.append((reaction, event, actor, now))


def drop(thing_id: int = 7, *, now: datetime = NOON) -> int:
    """Emit a ThingDropped in the open transaction."""
    return outbox.emit(
        ThingDropped(thing_id=thing_id), actor=SYNC, subjects=[("thing", thing_id)], now=now
    )


def weigh(thing_id: int = 7, weight: str = "5.00", *, now: datetime = NOON) -> int:
    """Emit a ThingWeighed in the open transaction."""
    return outbox.emit(
        ThingWeighed(thing_id=thing_id, weight=Decimal(weight)),
        actor=Actor.staff(42),
        subjects=[("thing", thing_id), ("scale", 1)],
        now=now,
    )


def sell(thing_id: int, amount: str, currency: str, *, now: datetime = NOON) -> int:
    """Emit a ThingSold in the open transaction."""
    sold = ThingSold(thing_id=thing_id, amount=Decimal(amount), currency=currency)
    return outbox.emit(sold, actor=Actor.staff(42), subjects=[("thing", thing_id)], now=now)

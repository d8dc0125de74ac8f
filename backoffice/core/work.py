"""The work list: who reacts to which event, and how a worker takes the next piece.

A piece is claimed under a lease in one short transaction, and done outside of any: a reaction calls
an action, which opens its own. A worker that dies leaves a lease that runs out. So a reaction can
run twice, and running twice must not matter.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog
from django.db import DEFAULT_DB_ALIAS

from backoffice.core import compiled, events
from backoffice.core.actors import Actor
from backoffice.core.compiled.instances import maker_of
from backoffice.core.errors import Later, Rejected
from backoffice.core.events import Event
from backoffice.core.models import EventRecord, Work, WorkState
from backoffice.core.runtime import origin

LEASE = timedelta(minutes=5)  # longer than Celery lets a task run (settings/celery.py)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20  # with doubling waits: about ten hours
KEPT = timedelta(days=30)  # how long finished work can still be looked at

# One statement, so one trip and one flush: the lock, the lease and the event's bytes.
CLAIM = """
UPDATE core_work SET lease_until = %(lease_until)s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM core_work
    WHERE state = 'WAITING' AND run_after <= %(now)s
      AND (lease_until IS NULL OR lease_until <= %(now)s)
    ORDER BY run_after, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, event_id, reaction, attempts,
          (SELECT body FROM core_event WHERE core_event.id = core_work.event_id)
"""
CLOSE = """
UPDATE core_work SET state = %s, lease_until = NULL, finished_at = %s, last_error = %s
WHERE id = %s AND attempts = %s AND state = 'WAITING'
"""

log = structlog.get_logger(__name__)
_EVENT, _WORK = maker_of(EventRecord), maker_of(Work)


class Reaction(Protocol):
    """A function of a `tasks.py` that answers an event by calling an action."""

    def __call__(self, event: Any, *, actor: Actor, now: datetime) -> None: ...


React = TypeVar("React", bound=Reaction)
_reactions: dict[str, Reaction] = {}
_by_event: dict[str, list[str]] = {}
Opener = Callable[[Any], Any]
_open: list[Opener] = [lambda told: told]


def opens_by(opener: Opener) -> None:
    """Name who opens what an event tells sealed: the outbox, which stands on this list."""
    _open[:] = [opener]


def reacts_to(kind: type[Event]) -> Callable[[React], React]:
    """Register the decorated function as a reaction to every event of this kind."""

    def register(reaction: React) -> React:
        name = f"{reaction.__module__}.{reaction.__qualname__}"  # type: ignore[attr-defined]
        _reactions[name] = reaction
        names = _by_event.setdefault(kind.name, [])
        if name not in names:
            names.append(name)
        return reaction

    return register


def reactions_to(kind: type[Event]) -> tuple[str, ...]:
    """Return the names of the reactions to this kind of event, in the order of registration."""
    return tuple(_by_event.get(kind.name, ()))


def run_due(now: datetime, limit: int = 50) -> int:
    """Do up to `limit` pieces of work that are due; return how many were taken."""
    for taken in range(limit):
        piece = claim(now)
        if piece is None:
            return taken
        _do(piece, now)
    return limit


def claim(now: datetime) -> Work | None:
    """Take the next due piece under a lease, past those that other workers are just taking.

    The piece brings its event with it.
    """
    row = compiled.ask_one(CLAIM, {"now": now, "lease_until": now + LEASE})
    if row is None:
        return None
    number, event_id, reaction, attempts, body = row
    told = (number, event_id, reaction, attempts)
    piece: Work = _WORK.from_db(DEFAULT_DB_ALIAS, ("id", "event_id", "reaction", "attempts"), told)
    event = _EVENT.from_db(DEFAULT_DB_ALIAS, ("id", "body"), (event_id, body))
    piece._state.fields_cache["event"] = event
    return piece


@dataclass(frozen=True)
class Depth:
    """How much work is due and not taken, how much waits for a person; both capped."""

    due: int
    stuck: int


def depth(now: datetime, at_most: int = 1000) -> Depth:
    """Return how deep the work list is; counts stop at `at_most` + 1, so that a page stays fast."""
    due = Work.objects.filter(state=WorkState.WAITING, run_after__lte=now)
    stuck = Work.objects.filter(state=WorkState.STUCK)
    return Depth(due=due[: at_most + 1].count(), stuck=stuck[: at_most + 1].count())


def waiting_time(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_WAIT)


class _Hands(threading.local):
    """Whether this thread is at a piece of work now, and which event that piece answers."""

    are_full = False
    event_id = 0


_hands = _Hands()


def is_under_way() -> bool:
    """Say whether this thread does a piece now, and so looks at the list again right after it."""
    return _hands.are_full


@contextmanager
def in_hand() -> Iterator[None]:
    """Let nobody be rung for what is caused in here: the caller does what is due right after it.

    Should he die before, the sweep finds it.
    """
    before, _hands.are_full = _hands.are_full, True
    try:
        yield
    finally:
        _hands.are_full = before


def cause() -> int:
    """Return the number of the event that this thread answers now; 0 outside of a piece of work.

    An event that happens again is another event: what follows once from each has its number.
    """
    return _hands.event_id


def _do(piece: Work, now: datetime) -> None:
    before, _hands.event_id = _hands.event_id, piece.event_id
    try:
        with in_hand():
            _react(piece, now)
    except Later as reason:
        _wait(piece, now, reason)
    except Rejected as reason:
        # The business will say no again: a person has to look.
        _close(piece, WorkState.STUCK, now, error=str(reason))
        log.error("work_rejected", reaction=piece.reaction, work=piece.pk, reason=str(reason))
    except Exception as error:
        log.exception("work_failed", reaction=piece.reaction, work=piece.pk)
        _wait(piece, now, error)
    else:
        _close(piece, WorkState.DONE, now)
    finally:
        _hands.event_id = before


def _react(piece: Work, now: datetime) -> None:
    reaction = _reactions[piece.reaction]
    told = piece.event.told()
    event = events.rebuilt(told["event"], _open[0](told["fields"]))
    # What a reaction does belongs to the request that caused it.
    cause = told.get("origin", {}).get("request") or f"event-{piece.event_id}"
    with origin.within(origin.Origin(request=cause)):
        reaction(event, actor=Actor.parse(told["actor"]), now=now)


def _wait(piece: Work, now: datetime, error: Exception) -> None:
    reason = f"{type(error).__name__}: {error}"
    if piece.attempts >= MOST_ATTEMPTS:
        _close(piece, WorkState.STUCK, now, error=reason)
        return
    run_after = now + waiting_time(piece.attempts)
    _still_ours(piece).update(run_after=run_after, lease_until=None, last_error=reason)


def _close(piece: Work, state: WorkState, now: datetime, *, error: str = "") -> None:
    compiled.tell(CLOSE, [state.value, now, error, piece.pk, piece.attempts])


def _still_ours(piece: Work) -> Any:
    # Whoever took it after our lease ran out has counted another attempt.
    return Work.objects.filter(pk=piece.pk, attempts=piece.attempts, state=WorkState.WAITING)


def clear_finished(now: datetime) -> int:
    """Drop the rows of work done more than KEPT ago; return how many. The events stay."""
    gone, _ = Work.objects.filter(state=WorkState.DONE, finished_at__lt=now - KEPT).delete()
    return gone

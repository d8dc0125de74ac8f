"""What the page shows: the fleet, the withdrawals in flight, and what became of each kill."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError

from accounts.queries import in_flight
from accounts.queries.in_flight import Flight
from backoffice.core import clock
from backoffice.demo.plug import channel
from backoffice.demo.plug.killing import VICTIMS
from backoffice.demo.plug.witness import Proof, evidence_of, proof_of

DATABASE = VICTIMS["postgresql"]
SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One withdrawal: as it stood at the kill (empty in the list of flights), and as it is now.

    `before` is a badge: its family, and the state in it.
    """

    number: int
    before: tuple[str, str] | None
    flight: Flight | None
    proof: Proof

    @property
    def books(self) -> str:
        """Whether the books of its account agree with MetaTrader: a badge of the family proof."""
        if self.flight is None or self.flight.gap is None:
            return "away"
        return "differ" if self.flight.gap else "agree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """One kill and what came of it."""

    at: datetime
    name: str
    pid: int
    successor: int | None
    seconds: Any
    by: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The live part of the page. `silence` says why the supervisor is not heard."""

    fleet: list[dict[str, Any]]
    silence: str
    knows_payments: bool
    flights: tuple[Line, ...]
    kills: tuple[Killed, ...]


def board(sockets: Path, user: Any) -> Board:
    """Look at everything; what is away is said, not waited for.

    `user` None: nobody may be named, because PostgreSQL is away, or they may not see payments.
    """
    try:
        told, silence = channel.ask(sockets, "fleet"), ""
    except channel.NoSupervisor as reason:
        told, silence = {"fleet": [], "kills": []}, str(reason)
    kills = told["kills"][:SHOWN]
    flights, known = _payments(sockets, user, kills) if user is not None else (None, {})
    return Board(
        fleet=[_dated(one) for one in told["fleet"]],
        silence=silence,
        knows_payments=flights is not None,
        flights=tuple(flights or ()),
        kills=tuple(_killed(one, known) for one in kills),
    )


def is_database_up(sockets: Path) -> bool:
    """Say whether the supervisor's PostgreSQL answers: then it is worth asking it."""
    try:
        fleet = channel.ask(sockets, "fleet")["fleet"]
    except channel.NoSupervisor:
        return True  # nobody knows better: ask
    return any(one["name"] == DATABASE and one["state"] == "running" for one in fleet)


def snapshot(user: Any) -> dict[str, str]:
    """Return the withdrawals in flight with their states; nothing when PostgreSQL is away."""
    try:
        found = in_flight.list_in_flight_for(user)
    except (DatabaseError, InterfaceError):
        return {}
    return {str(one.payment.pk): f"payment:{one.payment.state}" for one in found}


def _payments(
    sockets: Path, user: Any, kills: list[dict[str, Any]]
) -> tuple[list[Line] | None, dict[int, tuple[Flight, Proof]]]:
    """Return the lines in flight, and those of the kills; None when PostgreSQL is away."""
    numbers = {int(number) for one in kills for number in one["note"].get("flights", ())}
    try:
        flying = in_flight.list_in_flight_for(user)
        others = in_flight.list_flights_for(user, numbers) if numbers else {}
    except (DatabaseError, InterfaceError):
        return None, {}
    everything = {**others, **{one.payment.pk: one for one in flying}}
    evidence = evidence_of(sockets / "metatrader", everything.values())
    known = {
        number: (one, proof_of(one, None if evidence is None else evidence[number]))
        for number, one in everything.items()
    }
    lines = [
        Line(number=one.payment.pk, before=None, flight=one, proof=known[one.payment.pk][1])
        for one in flying
    ]
    return lines, known


def _killed(told: dict[str, Any], known: dict[int, tuple[Flight, Proof]]) -> Killed:
    unknown = (None, Proof("away"))
    return Killed(
        at=datetime.fromisoformat(told["at"]),
        name=VICTIMS[told["victim"]],
        pid=told["pid"],
        successor=told["successor"],
        seconds=told["seconds"],
        by=told["note"].get("by", ""),
        lines=tuple(
            Line(
                number=int(number),
                before=_badge(before),
                flight=known.get(int(number), unknown)[0],
                proof=known.get(int(number), unknown)[1],
            )
            for number, before in told["note"].get("flights", {}).items()
        ),
    )


def _badge(kept: str) -> tuple[str, str]:
    family, _, state = kept.partition(":")
    return family, state


def _dated(one: dict[str, Any]) -> dict[str, Any]:
    seconds = one["seconds"]
    since = None if seconds is None else clock.now() - timedelta(seconds=seconds)
    return {**one, "since": since, "is_victim": one["name"] in VICTIMS.values()}

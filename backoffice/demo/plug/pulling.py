"""Two of the staff let a withdrawal begin, and a part dies in the middle of it."""

import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from accounts.queries import in_flight
from accounts.states import StatedReason
from backoffice.core.clock import now
from backoffice.core.errors import Later, Rejected
from backoffice.demo import asking
from backoffice.demo.plug import channel
from backoffice.demo.plug.killing import VICTIMS

MAKER, CHECKER = "support@linden.example", "back.office@linden.example"
#: When the kill goes off: with the approval, or when the attempt is on disk and may be on its way.
MOMENTS = ("sending", "approved")
SENDING_SECONDS = 15.0
APPROVED = "payment:APPROVED"
LEAST, MOST = 1, 5  # percent of what is free: the demo has to last


class NotPulled(Exception):
    """Nothing was killed; the text says why, to a person."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was done: the withdrawal that was begun (or None), and the supervisor's answer."""

    payment: Any
    killed: dict[str, Any]


def pull(sockets: Path, victim: str, note: dict[str, Any]) -> dict[str, Any]:
    """Kill the part as it runs now; NotPulled when it does not, or nobody answers."""
    try:
        pid = pid_of(channel.ask(sockets, "fleet"), victim)
        told = channel.ask(sockets, "kill", victim=victim, pid=pid, note=note)
    except channel.NoSupervisor as silence:
        raise NotPulled(str(silence)) from silence
    if "killed" not in told:
        raise NotPulled(str(told.get("error", "The supervisor did not say what it did.")))
    killed: dict[str, Any] = told["killed"]
    return killed


def pid_of(told: dict[str, Any], victim: str) -> int:
    """Return the number of the process that plays a part now; NotPulled while it is down."""
    name = VICTIMS.get(victim)
    for one in told.get("fleet", ()):
        if one["name"] == name and one["pid"] is not None:
            return int(one["pid"])
    raise NotPulled(f"The {name or 'part'} does not run at this moment: wait until it is back.")


def begin_and_pull(sockets: Path, victim: str, moment: str, by: str) -> Pulled:
    """Request, approve, and kill at that moment. NotPulled with the reason when it cannot begin."""
    try:
        payment = begin()
    except (Rejected, Later, asking.NobodyLeft) as reason:
        raise NotPulled(str(reason)) from reason
    seen = APPROVED if moment == "approved" else await_sending(payment.pk)
    note = {"by": by, "begun": payment.pk, "flights": {str(payment.pk): seen}}
    return Pulled(payment, pull(sockets, victim, note))


def begin() -> Any:
    """A withdrawal by two people of the demo: asked for by one, approved by the other."""
    maker, checker = asking.staff(MAKER), asking.staff(CHECKER)
    chance = random.Random()  # another one each time
    looked_at: set[int] = set()
    while True:
        purse = asking.a_calm_purse(chance, looked_at)
        amount = asking.amount_of(chance, purse, LEAST, MOST)
        if asking.passes(purse, amount, now()):
            break
        looked_at.add(purse.account_id)  # only a right beyond the back office's gets past a check
    why = chance.choice(list(StatedReason))
    payment = asking.ask(purse, amount, key=uuid4(), actor=maker.actor, now=now(), why=why)
    return asking.approve(payment.pk, checker, now())


def await_sending(payment_id: int) -> str:
    """Wait until the attempt is on disk; return the badge of where the operation stands then."""
    deadline = time.monotonic() + SENDING_SECONDS
    while time.monotonic() < deadline:
        debit = in_flight.newest_debit(payment_id)
        if debit is not None and debit.attempts:
            return f"operation:{debit.state}"
        time.sleep(0.002)
    return APPROVED

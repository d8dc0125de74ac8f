"""The twelve faults of money.md §13.1, in every variant that says something of its own.

Each strikes once. `soon` happens after it and before anybody looks, `late` a while after it;
`leaves` says what else the oracle lets stand.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from backoffice.core import clock
from tests.factories.agents import Script, a_record
from tests.prove.matrix.stepping import Stepping
from trading.gateway.agent.engine import LinkError
from trading.gateway.errors import Unavailable, Uncertain
from trading.models import BalanceOperation
from trading.terms import BalanceKind, Cmd

NOTHING = "nothing"
#: MetaTrader itself booked twice: found and told, a person has it.
TWICE = "twice"
#: MetaTrader said a definite no and booked it: found and told, a dealer puts it back.
LIED = "lied"


def nothing() -> None:
    """Stands where no fault is set, or none any more."""


def plainly(verb: str, call: Callable[[], Any]) -> Any:
    """Let a call reach the agent, and its answer whoever asked."""
    del verb
    return call()


@dataclass
class Stage:
    """What a fault works on: MetaTrader, the way there, the login."""

    script: Script
    wire: Stepping
    login: int


@dataclass(frozen=True)
class Fault:
    """One fault: how it is set, what happens later, what it leaves that only people put right."""

    mode: str
    name: str
    set: Callable[[Stage], None] = lambda stage: None
    late: Callable[[Stage], None] | None = None
    soon: Callable[[Stage], None] | None = None
    leaves: str = ""

    @property
    def lasts(self) -> str:
        """Its name where it goes on after it struck, or leaves something: others' ways differ."""
        return self.name if self.late or self.soon or self.leaves else ""


def _lose(stage: Stage) -> None:
    raise LinkError("the line broke")


def _once(stage: Stage, side: str, act: Callable[[Stage], None]) -> None:
    """Let something happen around the first booking only."""

    def happen() -> None:
        setattr(stage.script, side, nothing)
        act(stage)

    setattr(stage.script, side, happen)


def _before(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    return lambda stage: _once(stage, "before", act)


def _after(act: Callable[[Stage], None]) -> Callable[[Stage], None]:
    return lambda stage: _once(stage, "after", act)


def _on_the_wire(act: Callable[[str, Callable[[], Any]], Any]) -> Callable[[Stage], None]:
    """Let something happen to the first money command on its way to the agent."""

    def set_(stage: Stage) -> None:
        def around(verb: str, call: Callable[[], Any]) -> Any:
            if verb != "change_balance":
                return call()
            stage.wire.around = plainly
            return act(verb, call)

        stage.wire.around = around

    return set_


def _unheard(verb: str, call: Callable[[], Any]) -> Any:
    call()
    raise Uncertain("nobody waited so long")


def _twice(verb: str, call: Callable[[], Any]) -> Any:
    first = call()
    try:
        call()
    except Exception:  # whatever the second delivery met, the first one's answer is what is told
        return first
    return first


def _applied_late(stage: Stage) -> None:
    """Book what was lost on its way, within the promised time; nothing where nothing had left."""
    if not stage.script.sent:
        return
    waiting = BalanceOperation.objects.filter(state__in=("SENDING", "UNCERTAIN")).first()
    marked = {one.comment for one in stage.script.booked}
    if waiting is not None and waiting.attempts and waiting.marker not in marked:
        _book(stage, waiting.amount, waiting.marker, waiting)


def _late_after_closing(stage: Stage) -> None:
    """Lost on its way, and booked once the attempt was closed at the gate: the settle time's."""
    _before(_lose)(stage)

    def around(verb: str, call: Callable[[], Any]) -> Any:
        if verb != "close_attempt":
            return call()
        stage.wire.around = plainly
        done = call()
        _applied_late(stage)
        return done

    stage.wire.around = around


def _book(stage: Stage, amount: Decimal, comment: str, of: BalanceOperation | None = None) -> None:
    ticket = max((one.ticket for one in stage.script.booked), default=0) + 1
    login = stage.login if of is None else of.account.login
    cmd = Cmd.CREDIT if of is not None and of.kind == BalanceKind.CREDIT else Cmd.BALANCE
    record = a_record(
        ticket, login=login, cmd=cmd, profit=amount, comment=comment, opened_at=clock.now()
    )
    stage.script.booked.append(record)


def answering(code: int, *, books: bool) -> Callable[[Stage], None]:
    """Answer a wrong code once."""

    def set_(stage: Stage) -> None:
        stage.script.code, stage.script.books = code, books

        def heal(_: Stage) -> None:
            stage.script.books = True

        def answered(verb: str, call: Callable[[], Any]) -> Any:
            try:
                return call()
            finally:
                stage.script.code = 0
                heal(stage)

        _on_the_wire(answered)(stage)

    return set_


def _again(stage: Stage) -> None:
    last = stage.script.booked[-1]
    stage.script.booked.append(replace(last, ticket=last.ticket + 1))


def _changed(**fields: Any) -> Callable[[Stage], None]:
    def change(stage: Stage) -> None:
        last = stage.script.booked[-1]
        told = {name: value(last) if callable(value) else value for name, value in fields.items()}
        stage.script.booked[-1] = replace(last, **told)

    return change


def _and_lose(*acts: Callable[[Stage], None]) -> Callable[[Stage], None]:
    def act(stage: Stage) -> None:
        for one in acts:
            one(stage)
        _lose(stage)

    return act


def _down(stage: Stage) -> None:
    stage.script.is_down = True
    _lose(stage)


def _up(stage: Stage) -> None:
    stage.script.is_down = False


def _reconnections(stage: Stage) -> None:
    """The line breaks while the answer is read, and once more under the first search."""
    _after(_lose)(stage)

    def around(verb: str, call: Callable[[], Any]) -> Any:
        if verb != "find_marker":
            return call()
        stage.wire.around = plainly
        raise Unavailable("the line broke")

    stage.wire.around = around


def _hidden(stage: Stage) -> None:
    """Hide what is booked now from all three looks of the chase; whoever sends again sees it."""
    stage.script.seen_late = 3


def _foreign(stage: Stage) -> None:
    _book(stage, Decimal("-3.00"), "a dealer's fee")


FAULTS: tuple[Fault, ...] = (
    Fault("-", NOTHING),
    Fault("F-01", "request dropped", _before(_lose)),
    Fault("F-02", "answer dropped", _after(_lose)),
    Fault("F-03", "answer too late to be heard", _on_the_wire(_unheard)),
    Fault("F-04", "applied late, before anybody looks", _before(_lose), soon=_applied_late),
    Fault("F-04", "applied late, after the closing", _late_after_closing),
    Fault("F-05", "delivered twice to the gate", _on_the_wire(_twice)),
    Fault("F-05", "applied twice by MetaTrader", _after(_again), leaves=TWICE),
    Fault("F-06", "seen late", _after(_hidden)),
    Fault("F-07", "timeout, and applied", answering(128, books=True)),
    Fault("F-07", "timeout, not applied", answering(128, books=False)),
    Fault("F-07", "a true no", answering(134, books=False)),
    Fault("F-07", "a no that was a lie", answering(134, books=True), leaves=LIED),
    Fault("F-08", "comment cut", _after(_changed(comment=lambda one: one.comment[:9]))),
    Fault("F-08", "comment edited", _after(_and_lose(_changed(comment="edited by hand")))),
    Fault("F-09", "reconnection, and again while it is searched for", _reconnections),
    Fault("F-10", "restart, not applied", _before(_down), late=_up),
    Fault("F-10", "restart, applied", _after(_down), late=_up),
    Fault("F-11", "the zone jumps",
          _after(_and_lose(_changed(opened_at=lambda one: one.opened_at - timedelta(hours=23))))),
    Fault("F-12", "a foreign operation in between", _after(_and_lose(_foreign))),
)  # fmt: skip

"""One life after the other over a real agent: it is pressed, dies, and the clockwork goes on.

Database and agent are real; MetaTrader is scripted and so is the provider. Everything happens in a
transaction that is rolled back, so thousands of cases start from the same ground, and goes on from
kept moments in it (keeping.py). Time is passed by moving what waits, never by waiting.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import connection, transaction

from accounts import tasks
from accounts.models import Adjustment, BulkFile, BulkRow, Deposit, Payment, Transfer
from accounts.providers import registry as providers
from accounts.queries import deposits, payments
from accounts.queries.adjusting import rows
from accounts.queries.bulk import files
from accounts.queries.transfers import standing
from backoffice.core import clock
from backoffice.core.models import Work, WorkState
from tests.factories.incoming.deposits import CODE, Cardly, a_cardly
from tests.factories.payments import SYSTEM, Till, a_metatrader, a_till, work_done
from tests.prove.matrix.faults import FAULTS, Fault, Stage, nothing, plainly
from tests.prove.matrix.lived import lives, moving
from tests.prove.matrix.lived.life import Life
from tests.prove.matrix.moment import Moment
from tests.prove.matrix.oracle import accounts_of, ending, findings
from tests.prove.matrix.standing import code_of
from tests.prove.matrix.stepping import Point, Stepping, Steps, counted
from trading.actions import looking_up
from trading.gateway import clock as wire_clock
from trading.gateway import registry
from trading.gateway.agent import gate
from trading.gateway.agent.journal import Journal
from trading.gateway.remote import client
from trading.gateway.remote.breaker import OwnTally
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import BalanceOperation
from trading.states import Operation

#: A turn is as long as this: deadlines that a turn began are over in the next.
TURN = timedelta(hours=1)
#: So often everybody has a turn; what is not over by then is stuck.
ROUNDS = 14
#: Turns after it is over: nothing may move any more. As many as there are deaths in a pair, which
#: may meet the comparison of the books in one turn and in the next.
QUIET_ROUNDS = 2
UNANSWERED = (Operation.SENDING, Operation.UNCERTAIN)
OPEN = (*UNANSWERED, Operation.NOT_STARTED, Operation.ABSENT, Operation.MANUAL)


Changes = Callable[[bool], None]
BEGAN = datetime(2026, 3, 4, tzinfo=UTC)


class NotProved(Exception):
    """A case ended as it must not."""


class Tallied(OwnTally):
    """What breakers remember, within an act."""

    def forget(self) -> None:
        """Let time pass: breakers that opened let something through again."""
        self.__init__()  # type: ignore[misc]


@dataclass
class World:
    """The ground of all cases: a till, its MetaTrader, and the steps of the act that runs now."""

    till: Till
    provider: Cardly
    journal: Journal
    wire: Stepping
    tally: Tallied
    moment: Moment
    steps: Steps = field(default_factory=Steps)
    depth: int = 0  # of savepoints, outside every transaction of the product

    def outside(self) -> tuple[Any, ...]:
        """What a call can have moved outside PostgreSQL, comparable."""
        script, provider = self.till.script, self.provider
        return (
            len(script.booked), script.sent, script.seen_late, script.is_hidden, script.is_down,
            script.code, self.hooks(), self.journal.size, len(provider.charges),
            len(provider.refunds),
        )  # fmt: skip

    def hooks(self) -> tuple[Any, ...]:
        """What of a fault still waits for its moment, comparable."""
        script = self.till.script
        return tuple(map(code_of, (script.before, script.after, self.wire.around)))


@dataclass(frozen=True)
class Stop:
    """One act of a turn; only those of the product count."""

    name: str
    act: Callable[[], Any]
    counts: bool = True
    moves: bool = True  # where its steps do not count: whether anything may have changed


@dataclass(frozen=True)
class Place:
    """How far a life has come: the turn, the act in it, and how long it has been quiet."""

    turn: int = 1
    stop: int = 0
    quiet: int = 0


class Course:
    """One life under one fault, act after act, from `begin` until `after` says that it is over."""

    def __init__(self, world: World, life: Life, fault: Fault = FAULTS[0]) -> None:
        self.world, self.life, self.fault = world, life, fault
        self.stage = Stage(world.till.script, world.wire, world.till.account.login)

    @property
    def name(self) -> str:
        """What the journal calls it."""
        return f"{self.life.name} | {self.fault.mode} {self.fault.name}"

    def begin(self) -> Place:
        """Prepare it; call it where everything is to be undone."""
        _fresh(self.world)
        self.world.depth = len(connection.savepoint_ids)
        self.life.prepare(self.world)
        self._set(self.life.passes)
        return Place()

    def _set(self, passes: int) -> None:
        """Set the fault, or let so many movements pass first."""
        if not passes:
            self.fault.set(self.stage)
            return
        wire = self.world.wire

        def around(verb: str, call: Callable[[], Any]) -> Any:
            if verb != "change_balance":
                return call()
            try:
                return call()
            finally:
                wire.around = plainly
                self._set(passes - 1)

        wire.around = around

    def stop(self, place: Place) -> Stop:
        """What happens at this place."""
        return self._stops(place.turn)[place.stop]

    def do(
        self, place: Place, death: Point | None = None, changed: Changes = lambda is_outer: None
    ) -> Steps:
        """Let it happen, to its end or to a death; the steps that were taken.

        `changed` is called whenever something will still be there after a death.
        """
        steps, stop = (
            Steps(death=death, changed=changed, is_inside=self._is_inside),
            self.stop(place),
        )
        if not stop.counts:
            stop.act()
            return steps
        # Breakers go by the real clock, and an act is lived again and again: each begins rested.
        self.world.tally.forget()
        self.world.steps = steps
        try:
            steps.survived(stop.act)
        finally:
            self.world.steps = Steps()
        return steps

    def _is_inside(self) -> bool:
        return len(connection.savepoint_ids) > self.world.depth

    def after(self, place: Place) -> Place | None:
        """Return the next place; None when it is over and was quiet. NotProved: it is stuck."""
        if place.stop + 1 < len(self._stops(place.turn)):
            return replace(place, stop=place.stop + 1)
        quiet = place.quiet + 1 if self.life.is_over(self.world.till) and not _open() else 0
        if quiet > QUIET_ROUNDS:
            return None
        if place.turn == ROUNDS:
            raise NotProved(f"stuck, {ending(self.world.till)}")
        return Place(place.turn + 1, 0, quiet)

    def judge(self) -> None:
        """Judge it at its end; NotProved says what is wrong."""
        wrong = findings(self.world.till, self.fault)
        if wrong:
            raise NotProved("; ".join([*wrong, ending(self.world.till)]))

    def live(self) -> None:
        """Live it whole, nobody dying; NotProved."""
        place: Place | None = self.begin()
        while place is not None:
            self.do(place)
            place = self.after(place)
        self.judge()

    def _stops(self, turn: int) -> tuple[Stop, ...]:
        """What people press and what the clockwork does by itself, in this order."""
        till = self.world.till
        return (
            Stop("time passes", _leases_ran_out, counts=False),
            Stop("people press", lambda: self.life.press(till)),
            Stop("work list", work_done),
            Stop("meanwhile", self._meanwhile, counts=False, moves=self.fault.soon is not None),
            Stop("chase", lambda: _chase(turn)),
            Stop("work list again", work_done),
            Stop("people settle", lambda: lives.settle(till)),
            Stop("clock", _push),
            Stop("mirror", lambda: self._mirror(turn), counts=False),
            Stop("reconcile", lambda: _reconcile(till)),
            Stop("look for the denied", tasks.find_denied),
        )

    def node(self, place: Place, stands: Any) -> Any:
        """How everything stands there, as far as what comes next hangs on it, comparable.

        One turn is like the next, but for the first where the fault goes on; and a fault that has
        struck and does not go on is like none.
        """
        hooks = self.world.hooks()
        has_struck = hooks == tuple(map(code_of, (nothing, nothing, plainly)))
        fault = self.fault.lasts if has_struck else self.fault.name
        is_first = bool(self.fault.late) and place.turn == 1
        return (self.life.name, fault, is_first, place.stop, place.quiet, hooks, stands)

    def _meanwhile(self) -> None:
        if self.fault.soon:
            self.fault.soon(self.stage)

    def _mirror(self, turn: int) -> None:
        if turn > 1 and self.fault.late:
            self.fault.late(self.stage)
        till = self.world.till
        (moving.pair_of(till) or till).mirror_as_booked()
        till.see()


@contextmanager
def a_world(folder: Path, *, gate_open: bool = False) -> Iterator[World]:
    """Make the ground, in a transaction of its own; nothing of it stays.

    `gate_open` takes the agent's gate away: the positive control.
    """
    with ExitStack() as stack:
        stack.enter_context(undone())
        known, moment = Changed(), Moment()
        stack.callback(known.restore)
        for ours in (clock, wire_clock):
            known.set(ours, "now", moment.now)
        known.set(wire_clock, "_reading", _steady)  # a clock that was put back is no error here
        till = a_till()
        known.set(gate, "_BETWEEN_LOOKS", 0)
        known.set(client, "_RETRY_PAUSE", (0, 0))
        stack.enter_context(a_metatrader(till, folder, Settings(known), gate_open=gate_open))
        provider = stack.enter_context(a_cardly(Settings(known)))
        made: list[World] = []
        wire = Stepping(None, lambda: made[0].steps, "agent", lambda: made[0].outside())
        assert till.running is not None
        made.append(World(till, provider, till.running.journal, wire, Tallied(), moment))
        registry.register(lambda address: _through(made[0], address))
        stack.callback(lambda: registry.register(RemoteGateway))
        paying = Stepping(provider, lambda: made[0].steps, "provider", lambda: made[0].outside())
        providers.register(lambda _: paying, code=CODE)
        stack.enter_context(counted(lambda: made[0].steps, lambda: made[0].depth))
        yield made[0]


class Changed:
    """Values that were changed until `restore`."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> None:
        """Change one."""
        self._before.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def restore(self) -> None:
        """Put back what was changed."""
        for owner, name, value in reversed(self._before):
            setattr(owner, name, value)


class Settings:
    """Django's settings, changed as pytest's fixture changes them."""

    def __init__(self, known: Changed) -> None:
        object.__setattr__(self, "_known", known)

    def __setattr__(self, name: str, value: Any) -> None:
        self._known.set(django_settings, name, value)  # type: ignore[attr-defined]


def _steady() -> tuple[datetime, int]:
    """Both clocks of a machine whose time nobody sets."""
    return BEGAN + timedelta(seconds=time.monotonic()), time.monotonic_ns() // 1_000_000


def _through(world: World, address: Any) -> Any:
    world.wire.lead_to(RemoteGateway(address, tally=world.tally))
    return world.wire


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back; the product may call it its outermost all the same."""
    block = transaction.Atomic(using=None, savepoint=True, durable=False)
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own test cases do
    block.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def _fresh(world: World) -> None:
    script = world.till.script
    script.booked.clear()
    script.sent, script.code, script.books, script.seen_late = 0, 0, True, 0
    script.is_hidden, script.is_down = False, False
    script.before = script.after = script.asked = nothing
    world.wire.around = plainly
    for name in ("pair", "desk", "first", "colleague"):
        vars(world.till).pop(name, None)


def _leases_ran_out() -> None:
    """Time passed: whoever took a piece of work and died has it no more, and every wait is over."""
    waiting = Work.objects.filter(state=WorkState.WAITING)
    waiting.update(lease_until=None, run_after=clock.now())
    BulkFile.objects.exclude(carried_by=None).update(carried_by=None, carried_until=None)


def _chase(turn: int) -> None:
    """What the chase does by itself: looks up what nobody answered."""
    for number in BalanceOperation.objects.filter(state__in=UNANSWERED).values_list(
        "pk", flat=True
    ):
        for seconds in range(3):
            now = clock.now() + turn * TURN + timedelta(seconds=seconds)
            try:
                looking_up.look_up(operation_id=number, actor=SYSTEM, now=now)
            except looking_up.StillUnknown:
                continue


def _push() -> None:
    """What the clock does by itself: everything that waits has its turn."""
    now = clock.now()
    Payment.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    Deposit.objects.filter(next_try_at__gt=now, closed_at=None).update(next_try_at=now)
    Transfer.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    Adjustment.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    BulkFile.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    BulkRow.objects.filter(next_try_at__gt=now).update(next_try_at=now)
    for number in payments.payments_to_push(clock.now()):
        tasks.push_payment(number)
    for number in deposits.deposits_to_push(clock.now()):
        tasks.push_deposit(number)
    for number in standing.transfers_to_push(clock.now()):
        tasks.push_transfer(number)
    for number in rows.adjustments_to_push(clock.now()):
        tasks.push_adjustment(number)
    for number in files.files_to_carry(clock.now()):
        tasks.push_bulk_file(number)


def _reconcile(till: Till) -> None:
    for account in accounts_of(till):
        tasks.reconcile_account(account)


def _open() -> bool:
    """Whether a command is under way, or waits for people."""
    return BalanceOperation.objects.filter(state__in=OPEN).exists()

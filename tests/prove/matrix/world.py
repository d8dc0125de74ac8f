"""One life after the other over a real agent: it is pressed, dies, and the clockwork goes on.

Database and agent are real; MetaTrader is scripted and so is the provider. A case is a transaction
that is rolled back, so thousands of them start from the same ground.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction

from accounts import tasks
from accounts.models import Deposit, Payment
from accounts.queries import deposits, payments
from backoffice.core import clock
from backoffice.core.models import Work, WorkState
from tests.factories.agents import Script
from tests.factories.incoming.deposits import a_cardly
from tests.factories.payments import SYSTEM, Till, a_metatrader, a_till, work_done
from tests.prove.matrix import lives
from tests.prove.matrix.faults import FAULTS, Fault, Stage
from tests.prove.matrix.lives import Life
from tests.prove.matrix.oracle import findings
from tests.prove.matrix.stepping import Point, Stepping, Steps, counted
from trading.actions import looking_up
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import BalanceOperation
from trading.states import Operation

#: A turn is as long as this: deadlines that a turn began are over in the next.
TURN = timedelta(hours=1)
#: So often everybody has a turn; what is not over by then is stuck.
ROUNDS = 14
#: Turns after it is over: nothing may move any more.
QUIET_ROUNDS = 1
UNANSWERED = (Operation.SENDING, Operation.UNCERTAIN)


class NotProved(Exception):
    """A case ended as it must not."""


@dataclass
class World:
    """The ground of all cases: a till, its MetaTrader, and the steps of the life that runs now."""

    till: Till
    wire: Stepping
    steps: Steps = field(default_factory=Steps)

    def lived(self, life: Life, fault: Fault, deaths: Sequence[Point] = ()) -> Steps:
        """Live one case to its end and judge it; NotProved when something is not right."""
        till, script = self.till, self.till.script
        _fresh(script)
        with _undone():
            life.prepare(till)
            stage = Stage(script, self.wire, till.account.login)
            fault.set(stage)
            self.steps = Steps(deaths=list(deaths))
            try:
                with counted(self.steps):
                    rounds = let_go_on(till, life, self.steps, stage, fault)
            finally:
                steps, self.steps = self.steps, Steps()
                self.wire.around = lambda verb, call: call()
            told = f"{life.name} × {fault.mode} {fault.name} × {steps.died or deaths or 'no death'}"
            if rounds is None:
                raise NotProved(f"{told}: stuck, {_standing(till, life)}")
            wrong = findings(till, fault)
            if wrong:
                raise NotProved(f"{told}: {'; '.join(wrong)}")
        return steps


@contextmanager
def a_world(folder: Path, *, gate_open: bool = False) -> Iterator[World]:
    """Make the ground, in a transaction of its own; nothing of it stays.

    `gate_open` takes the agent's gate away: the positive control.
    """
    with ExitStack() as stack:
        stack.enter_context(_undone())
        till = a_till()
        known = Settings()
        stack.callback(known.restore)
        stack.enter_context(a_metatrader(till, folder, known, gate_open=gate_open))
        stack.enter_context(a_cardly(known))
        made: list[World] = []
        wire = Stepping(None, lambda: made[0].steps, "agent")
        made.append(World(till, wire))
        registry.register(lambda address: _through(wire, address))
        stack.callback(lambda: registry.register(RemoteGateway))
        yield made[0]


class Settings:
    """Django's settings, changed until `restore`."""

    def __init__(self) -> None:
        object.__setattr__(self, "_before", {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._before.setdefault(name, getattr(django_settings, name))  # type: ignore[attr-defined]
        setattr(django_settings, name, value)

    def restore(self) -> None:
        """Put back what was changed."""
        for name, value in self._before.items():  # type: ignore[attr-defined]
            setattr(django_settings, name, value)


def _through(wire: Stepping, address: Any) -> Any:
    wire.lead_to(lambda: RemoteGateway(address))
    return wire


@contextmanager
def _undone() -> Iterator[None]:
    """A transaction that is rolled back; the product may call it its outermost all the same."""
    block = transaction.Atomic(using=None, savepoint=True, durable=False)
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own test cases do
    block.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)


def _fresh(script: Script) -> None:
    script.booked.clear()
    script.sent, script.code, script.books, script.seen_late = 0, 0, True, 0
    script.is_hidden, script.is_down = False, False
    script.before = script.after = script.asked = lambda: None


def let_go_on(
    till: Till,
    life: Life,
    steps: Steps | None = None,
    stage: Stage | None = None,
    fault: Fault = FAULTS[0],
) -> int | None:
    """Give everybody turns until it is over and quiet; how many, or None: it is stuck."""
    steps, quiet = steps or Steps(), 0
    for turn in range(1, ROUNDS + 1):
        if stage is not None:
            stage.wire.renew()
        _leases_ran_out()
        for act in _turns(till, life, turn):
            steps.survived(act)
        if stage is not None and turn > 1:
            fault.late(stage)
        till.mirror_as_booked()
        till.see()
        for act in _comparisons(till):
            steps.survived(act)
        quiet = quiet + 1 if life.is_over(till) and not _open() else 0
        if quiet > QUIET_ROUNDS:
            return turn
    return None


def _leases_ran_out() -> None:
    """Time passed: whoever took a piece of work and died has it no more, and every wait is over."""
    waiting = Work.objects.filter(state=WorkState.WAITING)
    waiting.update(lease_until=None, run_after=clock.now())


def _turns(till: Till, life: Life, turn: int) -> tuple[Callable[[], Any], ...]:
    """What people press and what the clockwork does by itself, in this order."""
    return (
        lambda: life.press(till),
        work_done,
        lambda: _chase(turn),
        work_done,
        lambda: lives.settle(till),
        _push,
    )


def _comparisons(till: Till) -> tuple[Callable[[], Any], ...]:
    """How the books are compared with our copy of MetaTrader."""
    return (lambda: tasks.reconcile_account(till.account.pk), tasks.find_denied)


def leave_open(till: Till) -> None:
    """A withdrawal whose record nobody can read: machines leave it to people."""
    fault = next(one for one in FAULTS if one.name == "comment edited")
    stage = Stage(till.script, Stepping(None, Steps, "agent"), till.account.login)
    fault.set(stage)
    for turn in range(1, ROUNDS):
        lives.DEBIT.press(till)
        work_done()
        _chase(turn)
        _leases_ran_out()
        work_done()
        till.mirror_as_booked()
        till.see()
        if Payment.objects.filter(needs_person=True).exists():
            return


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
    for number in payments.payments_to_push(clock.now()):
        tasks.push_payment(number)
    for number in deposits.deposits_to_push(clock.now()):
        tasks.push_deposit(number)


def _open() -> bool:
    """Whether a command is under way, or waits for people."""
    waiting = (*UNANSWERED, Operation.NOT_STARTED, Operation.ABSENT, Operation.MANUAL)
    return BalanceOperation.objects.filter(state__in=waiting).exists()


def _standing(till: Till, life: Life) -> str:
    del till, life
    told = [f"payment {one.state} {one.waits_because}" for one in Payment.objects.all()]
    told += [f"deposit {one.state} {one.waits_because}" for one in Deposit.objects.all()]
    told += [f"operation {one.state} {one.reason}" for one in BalanceOperation.objects.all()]
    return "; ".join(told) or "nothing was begun"

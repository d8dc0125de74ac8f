"""Where a client's payment stands, in their words: the stage and the due time that staff see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.calc.client_words import DEPOSIT_READS, DEPOSIT_SAYS, withdrawal_reads
from accounts.models import Deposit, Payment, splitting
from accounts.queries.bank.targets import Instructions, instructions_for
from accounts.queries.ways.telling import Handed, handed_for
from accounts.states import FINAL, MISSING_LABELS, UNDECIDED, WITHDRAWAL, Withdrawal
from accounts.terms import Deposit as State

WAY_OUT = (
    (Withdrawal.REQUESTED, Withdrawal.WAITING_CLIENT),
    (Withdrawal.APPROVED,),
    (Withdrawal.DEBITED, Withdrawal.SENT),
    (Withdrawal.PAID,),
)
WAY_IN = (
    (State.STARTED, State.PARKED, State.PENDING),
    (State.RECEIVED, State.IN_REVIEW),
    (State.CREDITED,),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the way: its words; behind, here, or ahead."""

    words: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWithdrawal:
    """A withdrawal as its client sees it. `due_at` is none while no clock runs."""

    payment: Payment
    words: str
    steps: tuple[Step, ...]
    says: str
    missing: tuple[str, ...]
    split: tuple[Any, ...]
    due_at: datetime | None
    is_late: bool
    may_cancel: bool
    may_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDeposit:
    """A deposit as its client sees it: where to pay, as long as it can be paid."""

    deposit: Deposit
    words: str
    steps: tuple[Step, ...]
    says: str
    pay_url: str
    instructions: Instructions | None
    handed: Handed | None
    may_cancel: bool


def of_withdrawal(payment: Payment, *, now: datetime) -> OwnWithdrawal:
    """Return what its client sees of a withdrawal."""
    state = Withdrawal(payment.state)
    runs = state not in FINAL and state is not Withdrawal.WAITING_CLIENT
    reads = withdrawal_reads(from_wallet=payment.from_wallet)
    return OwnWithdrawal(
        payment=payment,
        words=_(reads[state]),
        steps=steps_of(WAY_OUT, state, reads),
        says=_says(payment),
        missing=_missing(payment),
        split=splitting.lines_of(payment.split),
        due_at=payment.due_at if runs else None,
        is_late=runs and payment.due_at < now,
        may_cancel=state in UNDECIDED or state is Withdrawal.APPROVED,
        may_answer=(state, "supply") in WITHDRAWAL.moves,
    )


def of_deposit(deposit: Deposit) -> OwnDeposit:
    """Return what its client sees of a deposit."""
    state = State(deposit.state)
    is_open = state in (State.STARTED, State.PENDING)
    return OwnDeposit(
        deposit=deposit,
        words=_(DEPOSIT_READS[state]),
        steps=steps_of(WAY_IN, state, DEPOSIT_READS),
        says=_(DEPOSIT_SAYS[state]) if state in DEPOSIT_SAYS else "",
        pay_url=deposit.page_url if state is State.PENDING else "",
        instructions=instructions_for(deposit) if is_open else None,
        handed=handed_for(deposit),
        may_cancel=state in (State.PARKED, State.PENDING),
    )


def steps_of(way: tuple[Any, ...], state: Any, reads: Any) -> tuple[Step, ...]:
    """Return the stages of the straight way; a state beside it (rejected, returned) has none."""
    here = next((number for number, states in enumerate(way) if state in states), None)
    if here is None:
        return ()
    steps = []
    for number, states in enumerate(way):
        is_done = number < here or (number == here and states == way[-1])
        place = "done" if is_done else "here" if number == here else "ahead"
        steps.append(Step(_(reads[state if place == "here" else states[0]]), place))
    return tuple(steps)


def _says(payment: Payment) -> str:
    """Return what the client is told beside the stage; no note and no reason of the house's."""
    match Withdrawal(payment.state):
        case Withdrawal.REJECTED:
            return payment.reject_public
        case Withdrawal.UNCERTAIN:
            return _("We look it up; there is nothing for you to do. It is not sent twice.")
        case Withdrawal.REFUSED:
            if payment.from_wallet:
                return _("Nothing has left your wallet.")
            return _("Nothing has left your account.")
    return ""


def _missing(payment: Payment) -> tuple[str, ...]:
    if payment.state != Withdrawal.WAITING_CLIENT:
        return ()
    return (
        *(_(MISSING_LABELS[one]) for one in payment.missing),
        *filter(None, [payment.missing_text]),
    )

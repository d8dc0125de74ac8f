"""The kinds of money movement, each as what people press and when it is over.

Everything is pressed again until it has worked, as people do when a page answers nothing. What the
clockwork does by itself (world.py) is not here.
"""

from decimal import Decimal
from typing import Any

from accounts.actions import payouts, settling
from accounts.actions.deposits import settling as deposit_settling
from accounts.models import Deposit, Discrepancy, Payment
from accounts.queries import deposits, settlements
from accounts.states import FINAL, Withdrawal
from accounts.terms import DEPOSIT_FINAL
from accounts.terms import Deposit as State
from backoffice.core import clock
from tests.factories.incoming.deposits import a_card, accept, paid, start, take
from tests.factories.payments import Till
from tests.prove.matrix.lived import adjusting, moving, rows
from tests.prove.matrix.lived.life import Life
from tests.prove.matrix.lived.people import by_two, key_of, quietly

WITHDRAWN, PAID_IN = "70.00", "200.00"


def the_payment() -> Payment | None:
    """The one withdrawal of a life."""
    return Payment.objects.order_by("id").first()


def the_deposit() -> Deposit | None:
    """The one deposit of a life."""
    return Deposit.objects.order_by("id").first()


def _nothing(world: Any) -> None:
    del world


# Withdrawal: asked for, approved; MetaTrader is debited by the clockwork


def _ask(till: Till, **how: Any) -> None:
    payment = the_payment()
    if payment is None:
        quietly(lambda: till.ask(WITHDRAWN, key=key_of(till, "withdrawal"), **how))
        payment = the_payment()
    if payment is not None and payment.state == Withdrawal.REQUESTED:
        quietly(lambda: till.approve(payment))


def _is_debited(till: Till) -> bool:
    payment = the_payment()
    done = (Withdrawal.DEBITED, Withdrawal.SENT, *FINAL)
    return payment is not None and payment.state in done


# Deposit: begun, paid at the provider, told of; MetaTrader is credited by the clockwork


def _pay_in(till: Till) -> None:
    deposit = the_deposit()
    if deposit is None:
        quietly(lambda: start(till, PAID_IN, key=key_of(till, "deposit")))
        deposit = the_deposit()
    if deposit is not None and deposit.state in (State.STARTED, State.PENDING):
        if deposit.state == State.PENDING and deposit.charge_id:
            quietly(lambda: take(paid(deposit)))  # told again until somebody takes it
    elif deposit is not None and deposit.state == State.IN_REVIEW and not deposit.accepted_by:
        # What MetaTrader refused is tried once more by a person.
        quietly(lambda: accept(deposit, till.cashier, "again"))


def _is_credited(till: Till) -> bool:
    deposit = the_deposit()
    if deposit is not None and deposit.state == State.IN_REVIEW:
        # MetaTrader said no and booked it: the case is open, and nobody can credit it again.
        return Discrepancy.objects.filter(gone_at=None).exists()
    return deposit is not None and deposit.state in DEPOSIT_FINAL


# Payout: a debited withdrawal is sent by one and confirmed by another


def _debit(world: Any) -> None:
    _live(world, DEBIT)
    assert _is_debited(world.till)


def _live(world: Any, life: Life, fault: str = "nothing") -> None:
    """Let one life go on in peace until nobody has anything to do, or a person has."""
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.world import Course, Place

    course = Course(world, life, next(one for one in FAULTS if one.name == fault))
    course.fault.set(course.stage)
    place: Place | None = Place()
    while place is not None and not _needs_person():
        course.do(place)
        place = course.after(place)


def _needs_person() -> bool:
    payment = the_payment()
    return payment is not None and payment.needs_person


def _pay_out(till: Till) -> None:
    payment = the_payment()
    assert payment is not None
    told: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    if payment.state == Withdrawal.DEBITED:
        sender = till.cashier.actor
        quietly(lambda: payouts.send_payout(bank_reference="B-1", actor=sender, **told))
    elif payment.state == Withdrawal.SENT:
        quietly(lambda: payouts.confirm_payout(actor=till.second.actor, **told))


def _is_final(till: Till) -> bool:
    payment = the_payment()
    return payment is not None and payment.is_final


# Return: a debited withdrawal goes back into MetaTrader


def _return(till: Till) -> None:
    payment = the_payment()
    assert payment is not None
    told: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    if payment.state == Withdrawal.DEBITED and not payment.return_asked_by:
        asker = till.cashier.actor
        quietly(lambda: payouts.ask_return(reason="bounced", actor=asker, **told))
    elif payment.state == Withdrawal.DEBITED:
        quietly(lambda: payouts.return_payout(actor=till.second.actor, **told))
    elif payment.state == Withdrawal.RETURNING:
        quietly(lambda: payouts.retry_return(reason="again", actor=till.second.actor, **told))


# Out of a wallet: the same, and nobody asks MetaTrader


def _filled(world: Any) -> None:
    moving.fill_wallet(world.till.client, moving.FILLED)


def _left_wallet(world: Any) -> None:
    _filled(world)
    _live(world, FROM_WALLET)
    assert _is_debited(world.till)


def _ask_of_wallet(till: Till) -> None:
    _ask(till, from_wallet=True)


# By hand: MetaTrader left open what became of it; two people settle it


def _left_open(world: Any) -> None:
    """A withdrawal whose record nobody can read: machines leave it to people."""
    _live(world, DEBIT, "comment edited")
    assert _needs_person()


def settle(till: Till) -> None:
    """Two people settle what waits for them, as MetaTrader shows it; one of them at each press."""
    payment, deposit = the_payment(), the_deposit()
    if payment is not None and payment.needs_person:
        own = {"payment_id": payment.pk}
        standing_now = settlements.proposed_of(settlements.operation_to_settle(payment.pk))
        by_two(till, settling, own, standing_now)
    elif deposit is not None and deposit.needs_person:
        own = {"deposit_id": deposit.pk}
        standing_now = settlements.proposed_of(deposits.operation_to_settle(deposit.pk))
        by_two(till, deposit_settling, own, standing_now)
    else:
        moving.settle(till)
        adjusting.settle(till)


DEBIT = Life("withdrawal", _nothing, _ask, _is_debited)
FROM_WALLET = Life("wallet withdrawal", _filled, _ask_of_wallet, _is_debited, moves=False)
LIVES: tuple[Life, ...] = (
    DEBIT,
    Life("deposit", lambda world: a_card(world.till) and None, _pay_in, _is_credited),
    Life("payout", _debit, _pay_out, _is_final, moves=False),
    Life("return", _debit, _return, _is_final),
    FROM_WALLET,
    Life("wallet payout", _left_wallet, _pay_out, _is_final, moves=False),
    Life("wallet return", _left_wallet, _return, _is_final, moves=False),
    Life("by hand", _left_open, settle, _is_debited, moves=False),
    *moving.LIVES,
    *adjusting.LIVES,
    *rows.LIVES,
)
AMOUNTS = {"withdrawal": -Decimal(WITHDRAWN), "deposit": Decimal(PAID_IN)}

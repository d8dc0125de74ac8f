"""From the provider's yes to MetaTrader's ticket: the books at every step, every end."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actions import reconciliation
from accounts.actions.deposits import crediting, settling, starting, steps
from accounts.models import Deposit, DepositOperation, Discrepancy
from accounts.providers.errors import Uncertain
from accounts.queries import deposits
from accounts.states import Direction, LedgerKind
from accounts.tasks import push_deposit
from accounts.terms import Deposit as State
from accounts.terms import Review
from backoffice.core import clock
from backoffice.core.errors import Conflict
from tests.factories.agents import Script
from tests.factories.incoming.deposits import (
    Cardly,
    a_card,
    accept,
    balanced,
    now_of,
    paid,
    standing,
    start,
    take,
    told,
)
from tests.factories.incoming.terms import terms
from tests.factories.payments import SYSTEM, Till, work_done
from trading.actions import looking_up
from trading.gateway.agent.engine import LinkError
from trading.models import BalanceOperation
from trading.states import Operation

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)
USD = Decimal("200.00")


def once(script: Script) -> Callable[[], None]:
    """The line breaks, the first time."""

    def lose() -> None:
        script.before = script.after = lambda: None
        raise LinkError("the line broke")

    return lose


def looked_up() -> None:
    """Look as often as it takes to settle it, as the chase does; then follow it."""
    for seconds in range(3):
        for operation in BalanceOperation.objects.filter(state=Operation.UNCERTAIN):
            try:
                looking_up.look_up(
                    operation_id=operation.pk,
                    actor=SYSTEM,
                    now=clock.now() + LATER + timedelta(seconds=seconds),
                )
            except looking_up.StillUnknown:
                continue
    work_done(later=2 * LATER)


def credited(deposit: Deposit, later: timedelta = timedelta(0)) -> Deposit:
    """Give it its turn, and follow."""
    crediting.credit_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now() + later)
    work_done(later=later)
    return now_of(deposit)


def test_it_goes_all_the_way_by_itself(till: Till, script: Script, cardly: Cardly) -> None:
    deposit = start(till)
    work_done()
    assert (now_of(deposit).state, list(cardly.charges)) == (State.PENDING, [deposit.key])
    take(paid(deposit))
    work_done()

    done = now_of(deposit)
    (record,) = script.booked
    assert (record.login, record.profit) == (7, USD)
    assert (done.state, done.ticket) == (State.CREDITED, record.ticket)
    assert till.posted() == Decimal("1200.00")
    assert standing(LedgerKind.IN_TRANSIT) == 0
    assert standing(LedgerKind.METHOD_CLEARING) == Decimal("197.10")
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("2.90")
    assert told(deposit) == [
        "deposit.started", "deposit.charging", "deposit.received", "deposit.credited",
    ]  # fmt: skip
    till.mirror_as_booked()
    assert till.agrees()


def test_it_is_posted_before_metatrader_is_touched(till: Till, script: Script) -> None:
    deposit = start(till)
    take(paid(deposit))

    assert (script.booked, now_of(deposit).state) == ([], State.RECEIVED)
    assert standing(LedgerKind.IN_TRANSIT) == USD
    assert balanced()


def test_between_metatrader_and_books_it_is_in_flight(till: Till, script: Script) -> None:
    deposit = start(till)
    take(paid(deposit))
    crediting.credit_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
    till.mirror_as_booked()

    audit = till.audit()
    assert (audit.gap, audit.in_flight) == (0, USD)
    reconciliation.reconcile_account(
        account_id=till.account.pk, actor=SYSTEM, now=clock.now() + LATER
    )
    assert set(Discrepancy.objects.values_list("gap", flat=True)) == {"missing_in_ledger"}

    work_done(later=LATER)
    reconciliation.reconcile_account(
        account_id=till.account.pk, actor=SYSTEM, now=clock.now() + 2 * LATER
    )
    assert till.agrees()
    assert not Discrepancy.objects.filter(gone_at=None).exists()


def test_both_fees_are_entries_of_their_own(till: Till, script: Script) -> None:
    terms(till, a_card(till), Direction.IN, fee_percent="1.25")
    deposit = start(till)
    take(paid(deposit))
    work_done()

    assert script.booked[0].profit == Decimal("197.50")
    assert till.posted() == Decimal("1197.50")
    assert standing(LedgerKind.FEES) == Decimal("2.50")
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("2.90")
    assert standing(LedgerKind.IN_TRANSIT) == 0
    assert balanced()


def test_uncertain_is_found_and_never_repeated(till: Till, script: Script) -> None:
    script.after = once(script)
    deposit = start(till)
    take(paid(deposit))
    work_done()
    assert now_of(deposit).state == State.UNCERTAIN

    looked_up()

    assert now_of(deposit).state == State.CREDITED
    assert len(script.booked) == 1
    till.mirror_as_booked()
    assert till.agrees()


def test_what_never_arrived_goes_out_again_under_the_same_marker(
    till: Till, script: Script
) -> None:
    script.before = once(script)
    deposit = start(till)
    take(paid(deposit))
    work_done()
    looked_up()
    again = now_of(deposit)
    assert (again.state, script.booked) == (State.UNCERTAIN, [])
    assert again.next_try_at is not None
    assert deposit.pk in deposits.deposits_to_push(again.next_try_at)

    assert credited(deposit, later=4 * LATER).state == State.CREDITED
    assert len(script.booked) == 1
    assert DepositOperation.objects.count() == 1
    assert told(deposit)[-3:] == [
        "deposit.uncertain", "deposit.not_arrived", "deposit.credited",
    ]  # fmt: skip
    till.mirror_as_booked()
    assert till.agrees()


def test_metatraders_no_goes_to_a_person_who_tries_again(till: Till, script: Script) -> None:
    script.code, script.books = 64, False
    deposit = start(till)
    take(paid(deposit))
    work_done()
    stopped = now_of(deposit)
    assert (stopped.state, stopped.review_code) == (State.IN_REVIEW, Review.REFUSED)
    assert standing(LedgerKind.IN_TRANSIT) == USD

    script.code, script.books = 0, True
    accept(deposit, till.approver, "the account is open again")
    work_done()

    assert now_of(deposit).state == State.CREDITED
    assert DepositOperation.objects.count() == 2
    assert len(script.booked) == 1
    till.mirror_as_booked()
    assert till.agrees()


def test_out_of_reach_it_waits_says_why_and_is_in_flight(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    work_done()
    waiting = now_of(deposit)
    assert (waiting.state, told(deposit)[-1]) == (State.RECEIVED, "deposit.waits")
    assert waiting.waits_because
    assert deposits.count_in_flight(clock.now()) == 0
    assert deposits.count_in_flight(clock.now() + LATER) == 1


def test_two_people_settle_what_machines_cannot(till: Till, script: Script) -> None:
    script.after = once(script)
    deposit = start(till)
    take(paid(deposit))
    work_done()
    record = script.booked[0]
    script.booked[0] = type(record)(**{
        name: getattr(record, name) for name in record.__dataclass_fields__
    } | {"profit": Decimal("150.00")})  # fmt: skip
    looked_up()
    held = now_of(deposit)
    assert (held.state, held.needs_person) == (State.UNCERTAIN, True)
    assert settling.look(
        deposit_id=deposit.pk, actor=till.approver.actor, now=clock.now() + LATER
    ).records
    with pytest.raises(steps.SamePerson):
        settling.confirm_settlement(
            deposit_id=deposit.pk, actor=till.asker.actor, now=clock.now() + LATER
        )


def test_the_books_take_a_first_deposit_of_a_new_account(till: Till, script: Script) -> None:
    """Nobody opened the books before: they begin without what we sent ourselves."""
    deposit = start(till)
    take(paid(deposit))
    assert credited(deposit).state == State.CREDITED
    assert till.posted() == Decimal("1200.00")


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "Infinity", "1.001", "1e14"])
def test_no_amount_is_a_clear_refusal(till: Till, amount: str) -> None:
    with pytest.raises(starting.BadRequest):
        start(till, amount)
    assert not Deposit.objects.exists()


def test_one_form_begins_once(till: Till) -> None:
    first = start(till)
    again = start(till, key=first.key)
    assert again.pk == first.pk
    with pytest.raises(Conflict):
        start(till, "201.00", key=first.key)


def test_b01_the_key_is_in_every_call_and_an_answer_that_is_lost_charges_once(
    till: Till, cardly: Cardly
) -> None:
    cardly.after = Uncertain("500 after applying")
    deposit = start(till)
    work_done()
    assert now_of(deposit).state == State.PENDING
    cardly.after = None
    Deposit.objects.filter(pk=deposit.pk).update(next_try_at=clock.now())
    push_deposit(deposit.pk)

    assert now_of(deposit).charge_id == f"ch-{deposit.key}"
    assert set(cardly.asked) == {deposit.key}
    assert len(cardly.charges) == 1

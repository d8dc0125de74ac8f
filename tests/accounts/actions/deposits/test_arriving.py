"""What a provider says, in every order and number: one effect, its own figures, nothing lost."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions.deposits import charging, deciding, returning, starting, steps
from accounts.models import Deposit, Entry
from accounts.providers.errors import Refused, Unavailable, Uncertain
from accounts.providers.port import Notice, Payer, Told
from accounts.states import LedgerKind
from accounts.tasks import push_deposit
from accounts.terms import Deposit as State
from accounts.terms import Outcome, Review
from backoffice.company.actions import policies
from backoffice.core import clock
from backoffice.identity.models import User
from crm.models import Client
from tests.factories.incoming.deposits import (
    Cardly,
    accept,
    balanced,
    declined,
    known_client,
    now_of,
    paid,
    standing,
    start,
    take,
    told,
)
from tests.factories.payments import SYSTEM, Till, work_done
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db
USD = Decimal("200.00")


def received() -> int:
    """How many times money was posted as received."""
    return Entry.objects.filter(purpose="deposit", postings__account__kind="in_transit").count()


def test_told_many_times_it_is_received_once(till: Till) -> None:
    deposit = start(till)
    outcomes = [take(paid(deposit)).outcome for _ in range(5)]
    assert outcomes == [Outcome.APPLIED, *[Outcome.REPEATED] * 4]
    assert received() == 1
    assert told(deposit).count("deposit.received") == 1


def test_an_older_word_changes_nothing(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    pending = Notice(key=deposit.key, told=Told.PENDING)
    assert take(pending).outcome == Outcome.NOTHING_NEW
    assert now_of(deposit).state == State.RECEIVED


def test_declined_after_paid_goes_to_a_person_and_moves_nothing(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    assert take(declined(deposit)).outcome == Outcome.CONTRADICTS
    assert now_of(deposit).state == State.RECEIVED
    assert told(deposit)[-1] == "deposit.contradicted"


@pytest.mark.parametrize("end", ["FAILED", "REJECTED", "CANCELLED", "EXPIRED"])
def test_b11_money_after_the_end_is_a_new_deposit_in_review(till: Till, end: str) -> None:
    deposit = start(till)
    ended(till, deposit, end)
    assert now_of(deposit).state == end

    taken = [take(paid(deposit)) for _ in range(3)]

    assert [one.outcome for one in taken] == [Outcome.NEW_DEPOSIT, *[Outcome.REPEATED] * 2]
    fresh = Deposit.objects.get(follows=deposit)
    assert (fresh.state, fresh.review_code) == (State.IN_REVIEW, Review.LATE)
    assert (fresh.received_amount, fresh.owner_id) == (USD, deposit.owner_id)
    assert now_of(deposit).state == end
    assert (standing(LedgerKind.IN_TRANSIT), received()) == (USD, 1)
    assert balanced()


def ended(till: Till, deposit: Deposit, end: str) -> None:
    """Bring a deposit with the provider to an end without money."""
    work_done()
    now = clock.now()
    if end == "FAILED":
        take(declined(deposit))
    elif end == "REJECTED":
        deciding.reject_deposit(
            deposit_id=deposit.pk, reason="no such money", actor=till.approver.actor, now=now
        )
    elif end == "CANCELLED":
        starting.cancel_deposit(
            deposit_id=deposit.pk, reason="changed his mind", actor=till.asker.actor, now=now
        )
    else:
        late = deposit.expires_at
        Deposit.objects.filter(pk=deposit.pk).update(next_try_at=late)
        charging.look_up_charge(deposit_id=deposit.pk, actor=SYSTEM, now=late)


def test_paid_twice_under_two_references_is_a_second_deposit_in_review(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    second = take(paid(deposit, reference="pay-again"))
    assert second.outcome == Outcome.NEW_DEPOSIT
    fresh = Deposit.objects.get(follows=deposit)
    assert (fresh.state, fresh.review_code) == (State.IN_REVIEW, Review.SECOND)
    assert standing(LedgerKind.IN_TRANSIT) == 2 * USD


def test_a_reference_of_another_deposit_posts_nothing(till: Till) -> None:
    first, second = start(till), start(till)
    take(paid(first))
    taken = take(paid(second, reference=f"pay-{first.pk}"))
    assert taken.outcome == Outcome.CONTRADICTS
    assert (now_of(second).state, received()) == (State.STARTED, 1)


def test_the_amount_is_the_providers_and_another_one_waits_for_a_second_person(
    till: Till,
) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    held = now_of(deposit)
    assert (held.state, held.review_code) == (State.IN_REVIEW, Review.AMOUNT)
    assert (held.received_amount, held.asked_amount) == (Decimal("150.00"), USD)
    with pytest.raises(steps.NotAllowed):
        accept(deposit, outsider())
    with pytest.raises(steps.SamePerson):
        accept(deposit, till.asker)
    accept(deposit, till.cashier, "the bank took a fee")
    with pytest.raises(steps.NotPossible):
        accept(deposit, till.approver, "again")


def outsider() -> User:
    """Somebody without the right."""
    return a_staff_user("dealer")


def test_another_currency_can_only_go_back(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    take(paid(deposit, currency="EUR"))
    held = now_of(deposit)
    assert (held.state, held.review_code, held.credit_amount) == (
        State.IN_REVIEW, Review.CURRENCY, 0,
    )  # fmt: skip
    with pytest.raises(steps.NotPossible):
        accept(deposit, till.cashier)
    sent_back(till, deposit)
    assert now_of(deposit).state == State.RETURNED
    assert [one.currency for one in cardly.refunds.values()] == ["EUR"]
    assert (standing(LedgerKind.IN_TRANSIT), balanced()) == (0, True)


def sent_back(till: Till, deposit: Deposit) -> None:
    """A person sends it back, and the work is done."""
    deciding.return_deposit(
        deposit_id=deposit.pk, reason="not ours", actor=till.cashier.actor, now=clock.now()
    )
    work_done()


def test_b01_a_return_whose_answer_is_lost_is_sent_once(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    cardly.after = Uncertain("500 after applying")
    sent_back(till, deposit)
    assert now_of(deposit).state == State.RETURNING
    cardly.after = None
    Deposit.objects.filter(pk=deposit.pk).update(next_try_at=clock.now())
    push_deposit(deposit.pk)
    push_deposit(deposit.pk)

    assert now_of(deposit).state == State.RETURNED
    assert len(cardly.refunds) == 1
    assert (standing(LedgerKind.IN_TRANSIT), balanced()) == (0, True)


def test_the_callback_of_a_return_and_its_answer_are_one(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    cardly.after = Uncertain("no answer")
    sent_back(till, deposit)
    (refund,) = cardly.refunds.values()
    back = paid(deposit, "150.00", told=Told.REFUNDED, reference=f"re-{refund.key}")
    assert [take(back).outcome for _ in range(2)] == [Outcome.APPLIED, Outcome.REPEATED]
    assert now_of(deposit).return_reference == f"re-{refund.key}"


def test_a_refused_return_waits_for_a_person_with_another_way(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    take(paid(deposit, "150.00"))
    cardly.before = Refused("422", "the window is over")
    sent_back(till, deposit)
    held = now_of(deposit)
    assert (held.state, held.next_try_at) == (State.RETURNING, None)
    with pytest.raises(steps.SamePerson):
        returning.record_return(
            deposit_id=deposit.pk, reference="W1", actor=till.cashier.actor, now=clock.now()
        )


def test_money_that_goes_back_unasked_goes_to_a_person(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit))
    back = paid(deposit, told=Told.REFUNDED, reference="theirs")
    assert take(back).outcome == Outcome.CONTRADICTS
    assert now_of(deposit).state == State.RECEIVED


def test_without_kyc_above_the_cap_it_is_parked_and_not_charged(till: Till, cardly: Cardly) -> None:
    known_client(till, 0)
    low, high = start(till, "1500.00"), start(till, "600.00")
    work_done()
    assert (now_of(low).state, now_of(high).state) == (State.PENDING, State.PARKED)
    assert list(cardly.charges) == [low.key]

    known_client(till, 1)
    push_deposit(high.pk)
    work_done()
    assert now_of(high).state == State.PENDING
    assert set(cardly.charges) == {low.key, high.key}


def test_the_policy_may_charge_above_the_cap_and_let_a_person_decide(till: Till) -> None:
    known_client(till, 0)
    policies.set_policy(
        code=steps.POLICY,
        value={"cap_without_kyc": "100", "over_cap": "review", "review_from": "500"},
        valid_from=clock.now(),
        reason="test",
        actor=SYSTEM,
        now=clock.now(),
    )
    deposit = start(till)
    take(paid(deposit))
    held = now_of(deposit)
    assert (held.state, held.review_code) == (State.IN_REVIEW, Review.KYC_CAP)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "10000.00"}, Review.THRESHOLD),
        ({"payer": Payer(holder="Somebody Else")}, Review.NAME),
        ({"status": "BLOCKED"}, Review.ACCOUNT),
    ],
)
def test_a_rule_stops_it_for_a_person(till: Till, changes: dict[str, Any], code: Review) -> None:
    deposit = start(till, changes.pop("amount", "200.00"))
    if "status" in changes:
        Client.objects.filter(pk=till.client.pk).update(**changes)
        changes = {}
    take(paid(deposit, **changes))
    assert now_of(deposit).review_code == code


def test_a_name_written_otherwise_is_the_same_name(till: Till) -> None:
    deposit = start(till)
    take(paid(deposit, payer=Payer(holder="RUIZ, Ána")))
    assert now_of(deposit).state == State.RECEIVED


def test_a_callback_that_never_comes_is_asked_for(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    work_done()
    cardly.stands[deposit.key] = paid(deposit)
    Deposit.objects.filter(pk=deposit.pk).update(next_try_at=clock.now())
    push_deposit(deposit.pk)
    assert now_of(deposit).received_amount == USD


def test_it_expires_only_on_the_providers_word(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    work_done()
    late = deposit.expires_at
    Deposit.objects.filter(pk=deposit.pk).update(next_try_at=late)
    cardly.before = Unavailable("down")
    charging.look_up_charge(deposit_id=deposit.pk, actor=SYSTEM, now=late)
    assert now_of(deposit).state == State.PENDING


def test_refused_it_fails_unless_an_earlier_try_was_taken_on(till: Till, cardly: Cardly) -> None:
    deposit = start(till)
    cardly.after = Refused("400", "no such card type")
    work_done()
    assert now_of(deposit).state == State.PENDING  # the provider knows the charge all the same
    other = start(till)
    cardly.charges.clear()
    cardly.before, cardly.after = None, None
    script = cardly.start_charge

    def refuse(charge: Any) -> Any:
        raise Refused("400", "no")

    cardly.start_charge = refuse  # type: ignore[method-assign]
    work_done()
    cardly.start_charge = script  # type: ignore[method-assign]
    assert (now_of(other).state, now_of(other).failed_because) == (State.FAILED, "no")


def test_about_nobodys_deposit_or_anothers_provider(till: Till) -> None:
    deposit = start(till)
    assert take(replace(paid(deposit), key=uuid4())).outcome == Outcome.UNKNOWN_DEPOSIT
    method = deposit.method
    method.provider = "other"
    method.save()
    assert take(paid(deposit)).outcome == Outcome.WRONG_PROVIDER
    assert now_of(deposit).state == State.STARTED


def test_attribution_stays_as_it_was(till: Till) -> None:
    deposit = start(till)
    Client.objects.filter(pk=till.client.pk).update(owner=till.approver, source="later")
    take(paid(deposit))
    held = now_of(deposit)
    assert (held.owner_id, held.source) == (till.asker.pk, till.client.source)

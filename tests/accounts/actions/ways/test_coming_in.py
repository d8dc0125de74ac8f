"""Money that people hand over, or that moves over a chain, until it is credited."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actions.deposits import approving, charging
from accounts.actions.deposits.steps import NotAllowed, NotPossible
from accounts.actions.ways import screening
from accounts.actions.ways.receipts import ReceiptRefused
from accounts.models import ChainMove, Deposit, Handover
from accounts.queries import deposit_review
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from accounts.terms import Outcome, Review
from accounts.terms.chains import Screening
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import clock
from tests.factories.agents import Script
from tests.factories.incoming.by_hand import (
    HASH,
    a_desk,
    a_gateway,
    an_own_wallet,
    found,
    handed,
    over_chain,
    pending,
    sighted,
)
from tests.factories.incoming.deposits import accept, balanced, now_of, standing, take, told
from tests.factories.payments import SYSTEM, Till, work_done
from tests.factories.people import a_staff_user

pytestmark = pytest.mark.django_db


def past_our_checks(deposit: Deposit, user: Any) -> None:
    """Let somebody accept it as if no check of ours stood before PostgreSQL's."""
    seen, now = deposit_review.seen_of(deposit), clock.now()
    assert approving.agree(deposit, seen, "mine", actor=user.actor, now=now)
    Deposit.objects.filter(pk=deposit.pk).update(accepted_by=str(user.actor), accepted_at=now)


def test_cash_is_credited_by_two_people(till: Till, script: Script) -> None:
    deposit = pending(till, a_desk(till))
    assert (deposit.state, deposit.charge_id[:2]) == (State.PENDING, "RF")
    deposit = handed(deposit, till.cashier)
    assert (deposit.state, deposit.review_code) == (State.IN_REVIEW, Review.HANDED)
    row = Handover.objects.get(deposit=deposit)
    assert (row.receipt, row.recorded_by) == ("R-1", str(till.cashier.actor))
    work_done()
    assert script.booked == []
    with pytest.raises(SamePerson):
        accept(deposit, till.cashier)
    with pytest.raises(DatabaseError, match="does not decide"), transaction.atomic():
        past_our_checks(deposit, till.cashier)
    accept(deposit, till.approver)
    work_done()
    assert now_of(deposit).state == State.CREDITED
    assert [one.profit for one in script.booked] == [Decimal("200.00")]
    assert standing(LedgerKind.IN_TRANSIT) == 0
    assert balanced()
    assert "handover.recorded" in told(deposit)


def test_a_receipt_stands_for_one_handover(till: Till) -> None:
    first, second = pending(till, a_desk(till)), pending(till, a_desk(till))
    handed(first, till.cashier)
    with pytest.raises(ReceiptRefused, match="other money"):
        handed(second, till.cashier)
    with pytest.raises(ReceiptRefused, match="Say who"):
        handed(second, till.cashier, number=" ")
    assert now_of(second).state == State.PENDING
    with pytest.raises(NotPossible):  # it came already
        handed(now_of(first), till.cashier, number="R-2")


def test_who_began_it_or_has_no_right_records_nothing(till: Till) -> None:
    deposit = pending(till, a_desk(till))
    with pytest.raises(NotAllowed):
        handed(deposit, till.asker)
    with pytest.raises(NotAllowed):
        handed(deposit, a_staff_user("dealer", entity=till.client.legal_entity))
    for amount in ("0", "-5", "NaN", "10.001"):
        with pytest.raises(NotPossible):
            handed(deposit, till.cashier, amount=amount)
    with pytest.raises(NotPossible, match="no chain"):
        sighted(deposit, till.cashier)
    assert Handover.objects.count() == 0


def test_coins_by_a_gateway_wait_for_their_confirmations(till: Till, script: Script) -> None:
    deposit = pending(till, a_gateway(till))
    early = take(over_chain(deposit, 1))
    assert (early.outcome, early.words) == (Outcome.NOTHING_NEW, "1 of 3 confirmations")
    assert now_of(deposit).state == State.PENDING
    charging.expire_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=deposit.expires_at)
    assert now_of(deposit).state == State.PENDING  # it is coming: nothing expires
    assert take(over_chain(deposit, 2)).outcome is Outcome.NOTHING_NEW
    take(over_chain(deposit, 1))  # told late
    assert ChainMove.objects.get(deposit=deposit).seen == 2
    assert take(over_chain(deposit, 3)).outcome is Outcome.APPLIED
    assert take(over_chain(deposit, 9)).outcome is Outcome.REPEATED
    work_done()
    assert now_of(deposit).state == State.CREDITED
    assert len(script.booked) == 1
    assert balanced()


@pytest.mark.parametrize("result", [Screening.HIT, Screening.UNKNOWN])
def test_coins_that_are_not_clean_wait_for_people(
    till: Till, script: Script, result: Screening
) -> None:
    deposit = pending(till, a_gateway(till))
    take(over_chain(deposit, 3, result))
    work_done()
    assert now_of(deposit).review_code == Review.SCREENING
    with pytest.raises(NotPossible, match="clean"):
        accept(deposit, till.approver)
    screening.screen_deposit(
        deposit_id=deposit.pk, finding=found(), actor=till.cashier.actor, now=clock.now()
    )
    with pytest.raises(SamePerson):
        accept(deposit, till.cashier)
    accept(deposit, till.approver)
    work_done()
    assert now_of(deposit).state == State.CREDITED
    move = ChainMove.objects.get(deposit=deposit)
    assert (move.screened_by, move.screening_case) == (str(till.cashier.actor), "KYT-1")
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        ChainMove.objects.filter(pk=move.pk).update(screening=Screening.HIT)


def test_a_hit_is_never_unsaid_by_one_voice(till: Till) -> None:
    deposit = pending(till, a_gateway(till))
    take(over_chain(deposit, 1, Screening.HIT))
    told_now = {"deposit_id": deposit.pk, "actor": till.cashier.actor, "now": clock.now()}
    with pytest.raises(NotPossible):  # before it is in review nobody else would look
        screening.screen_deposit(finding=found(), **told_now)
    take(over_chain(deposit, 3, Screening.CLEAN))
    assert now_of(deposit).review_code == Review.SCREENING
    assert ChainMove.objects.get(deposit=deposit).screening == Screening.HIT


def test_postgresql_lets_no_dirty_coins_past(till: Till) -> None:
    deposit = pending(till, a_gateway(till))
    take(over_chain(deposit, 3, Screening.HIT))
    with pytest.raises(DatabaseError, match="coins"), transaction.atomic():
        Deposit.objects.filter(pk=deposit.pk).update(state=State.CREDITED)


def test_coins_of_another_network_or_without_a_hash_go_to_review(till: Till) -> None:
    deposit = pending(till, a_gateway(till))
    tron = {"network": "tron", "address": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"}
    take(over_chain(deposit, 30, **tron))
    assert now_of(deposit).review_code == Review.SCREENING
    assert ChainMove.objects.count() == 0


def test_the_same_transaction_pays_no_second_deposit(till: Till) -> None:
    first, second = pending(till, a_gateway(till)), pending(till, an_own_wallet(till))
    take(over_chain(first, 3))
    second = sighted(second, till.cashier)
    assert second.state == State.IN_REVIEW
    assert second.review_code == Review.HANDED
    screening.screen_deposit(
        deposit_id=second.pk, finding=found(), actor=till.cashier.actor, now=clock.now()
    )
    with pytest.raises(NotPossible, match="another deposit"):
        accept(second, till.approver)


def test_own_wallet_is_seen_screened_and_decided_by_different_people(
    till: Till, script: Script
) -> None:
    deposit = pending(till, an_own_wallet(till))
    assert sighted(deposit, till.cashier, seen=1).state == State.PENDING
    with pytest.raises(NotPossible):
        sighted(deposit, till.cashier, transaction="no hash")
    with pytest.raises(NotPossible):
        sighted(deposit, till.cashier, address="bc1qwrong")
    deposit = sighted(deposit, till.cashier, transaction=f"0x{HASH.upper()}")
    assert deposit.state == State.IN_REVIEW
    screening.screen_deposit(
        deposit_id=deposit.pk, finding=found(), actor=till.cashier.actor, now=clock.now()
    )
    accept(deposit, till.approver)
    work_done()
    assert now_of(deposit).state == State.CREDITED
    assert balanced()

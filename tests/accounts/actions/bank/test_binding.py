"""A row is bound to a deposit once; the deposit goes its way; what was wrong is taken back."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.actions.bank import agreeing, binding, freeing, importing, steps, sure
from accounts.actions.bank.binding import Corrected
from accounts.actions.deposits import charging, deciding
from accounts.calc.bank import writing
from accounts.models import BankRow, BankUse, Deposit
from accounts.queries import deposit_review, deposits
from accounts.queries.bank import rows, targets
from accounts.queries.bank.candidates import suggestions_for
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from accounts.terms import Review
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import clock
from backoffice.core.models import EventRecord
from backoffice.identity.models import User
from tests.factories.incoming.bank import Bank, a_row, books_agree, expected, reference_of
from tests.factories.incoming.deposits import balanced, known_client, now_of, told
from tests.factories.incoming.deposits import standing as on_ledger
from tests.factories.payments import SYSTEM, Till, a_metatrader, work_done
from tests.factories.people import a_legal_entity, a_staff_user

pytestmark = pytest.mark.django_db
NOTHING = Decimal(0)


def bind(row: BankRow, deposit: Deposit, user: User, **corrected: Any) -> BankUse:
    return binding.bind_row(
        row_id=row.pk,
        deposit_id=deposit.pk,
        actor=user.actor,
        now=clock.now(),
        corrected=Corrected(**corrected) if corrected else None,
    )


def free(row: BankRow, user: User, reason: str = "the wrong client") -> BankUse:
    return freeing.free_row(row_id=row.pk, reason=reason, actor=user.actor, now=clock.now())


def agree(row: BankRow, user: User) -> BankUse:
    return agreeing.agree_use(row_id=row.pk, actor=user.actor, now=clock.now())


def cleared() -> bool:
    """Whether nothing is nobody's and nothing is left between bank and deposits."""
    return (on_ledger(LedgerKind.SUSPENSE), on_ledger(LedgerKind.METHOD_CLEARING)) == (0, 0)


def test_a_wire_is_told_awaited_matched_and_credited_once(
    bank: Bank, till: Till, tmp_path: Path, settings: Any
) -> None:
    with a_metatrader(till, tmp_path, settings) as script:
        wire = expected(till)
        known = targets.instructions_for(now_of(wire))
        assert known is not None
        assert (known.reference, known.account) == (reference_of(wire), bank.account)
        assert wire.expires_at - wire.started_at >= charging.starting.PATIENCE_FOR_WIRES
        (row,) = bank.sends(a_row("200.00", text=f"deposit {known.reference}"))
        assert sure.bind_sure(seen={row.pk}, actor=till.cashier.actor, now=clock.now()) == 1
        work_done()
    assert len(script.booked) == 1
    credited = now_of(wire)
    assert (credited.state, credited.credit_amount) == (State.CREDITED, Decimal("200.00"))
    assert till.posted() == Decimal("1200.00")
    assert (cleared(), books_agree(), balanced()) == (True, True, True)


def test_another_amount_waits_for_somebody_else(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("185.00", text=reference_of(wire)))
    (found,) = suggestions_for([row])[row.pk]
    assert not found.is_sure
    bind(row, wire, till.cashier)
    kept = now_of(wire)
    assert (kept.state, kept.review_code) == (State.IN_REVIEW, Review.AMOUNT)
    assert (kept.credit_amount, cleared()) == (Decimal("185.00"), True)


def test_who_handed_the_statement_in_does_not_credit_out_of_it_alone(
    bank: Bank, till: Till
) -> None:
    """A file can be written by whoever has a friend among the clients."""
    wire = expected(till)
    made = writing.camt(bank.statement(a_row("200.00", text=reference_of(wire))))
    upload = importing.Upload(bank_account_id=bank.account.pk, name="mine.xml", body=made)
    importing.take_file(upload=upload, actor=till.cashier.actor, now=clock.now())

    bind(BankRow.objects.get(), wire, till.cashier)

    kept = now_of(wire)
    assert (kept.state, kept.review_code) == (State.IN_REVIEW, Review.ALONE)


def test_what_banks_kept_is_borne_by_the_house_when_two_agree(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("185.00", text=reference_of(wire), charges=Decimal("15.00")))
    with pytest.raises(steps.NoReason):
        bind(row, wire, till.cashier, fee=Decimal("15.00"))
    use = bind(row, wire, till.cashier, fee=Decimal("15.00"), reason="OUR was agreed")
    assert use.waits_for_second
    proposed = EventRecord.objects.filter(name="accounts.bank_row.proposed").get().told()
    assert proposed["fields"]["fee"] == "15.00"
    assert now_of(wire).state == State.PENDING
    with pytest.raises(steps.SamePerson):
        agree(row, till.cashier)
    with pytest.raises(steps.NotAllowed):
        agree(row, till.asker)
    agree(row, till.second)

    kept = now_of(wire)
    assert (kept.state, kept.received_amount) == (State.RECEIVED, Decimal("200.00"))
    assert (kept.provider_fee, kept.credit_amount) == (Decimal("15.00"), Decimal("200.00"))
    assert on_ledger(LedgerKind.PROVIDER_FEES) == Decimal("15.00")
    assert (cleared(), books_agree(), balanced()) == (True, True, True)


@pytest.mark.parametrize("fee", ["-1", "NaN", "0.001", "150", "Infinity"])
def test_a_fee_that_is_none_is_refused(bank: Bank, till: Till, fee: str) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("185.00"))
    with pytest.raises(steps.NotPossible):
        bind(row, wire, till.cashier, fee=Decimal(fee), reason="why")
    assert not BankUse.objects.exists()


def test_who_began_it_does_not_pass_it_by_binding_alone(bank: Bank, till: Till) -> None:
    both = a_staff_user("finance", entity=till.client.legal_entity)
    wire = expected(till)
    (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
    use = binding.make_deposit(
        row_id=row.pk, account_id=till.account.pk, actor=both.actor, now=clock.now()
    )
    assert use.deposit is not None
    made = now_of(use.deposit)
    assert (made.state, made.review_code) == (State.IN_REVIEW, Review.ALONE)
    assert made.started_by == str(both.actor)
    assert (cleared(), balanced()) == (True, True)


def test_taken_back_it_is_as_if_it_had_not_been_and_nothing_is_deleted(
    bank: Bank, till: Till
) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("150.00", text=reference_of(wire)))
    bind(row, wire, till.cashier)
    free(row, till.cashier)

    assert now_of(wire).state == State.CANCELLED
    assert on_ledger(LedgerKind.SUSPENSE) == Decimal("150.00")
    assert on_ledger(LedgerKind.IN_TRANSIT) == NOTHING
    assert on_ledger(LedgerKind.METHOD_CLEARING) == NOTHING
    assert BankUse.objects.count() == 1
    foot = deposits.totals_of(Deposit.objects.all())
    assert (foot.count, foot.sums) == (1, {"USD": NOTHING})
    assert "deposit.cancelled" in told(wire)
    with pytest.raises(steps.NotPossible):
        free(row, till.cashier)

    late = bind(row, wire, till.cashier).deposit
    assert late is not None
    assert late.pk != wire.pk
    assert (late.follows_id, now_of(late).review_code) == (wire.pk, Review.LATE)
    assert (cleared(), books_agree(), balanced()) == (True, True, True)


def test_what_has_gone_on_is_not_taken_back(
    bank: Bank, till: Till, tmp_path: Path, settings: Any
) -> None:
    with a_metatrader(till, tmp_path, settings):
        wire = expected(till)
        (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
        bind(row, wire, till.cashier)
        work_done()
        with pytest.raises(steps.NotPossible, match="gone on"):
            free(row, till.cashier)
    assert now_of(wire).state == State.CREDITED


def test_a_second_wire_for_one_deposit_is_a_new_one_in_review(bank: Bank, till: Till) -> None:
    wire = expected(till)
    first, second = bank.sends(
        a_row("200.00", text=reference_of(wire)), a_row("200.00", text=reference_of(wire))
    )
    assert rows.sure_rows_for(till.cashier) == []  # two rows name it: neither is sure
    bind(first, wire, till.cashier)
    other = bind(second, wire, till.cashier).deposit
    assert other is not None
    assert (other.pk != wire.pk, now_of(other).review_code) == (True, Review.SECOND)
    assert on_ledger(LedgerKind.IN_TRANSIT) == Decimal("400.00")


def test_a_wire_that_names_nothing_is_one_persons_word_and_is_reviewed(
    bank: Bank, till: Till
) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("200.00", "", "thank you"))
    bind(row, wire, till.cashier)
    assert (now_of(wire).state, now_of(wire).review_code) == (State.IN_REVIEW, Review.UNSURE)


def test_kyc_parks_the_wire_and_caps_what_came(bank: Bank, till: Till) -> None:
    known_client(till, 0)
    wire = expected(till, "5000.00")
    assert wire.state == State.PARKED
    (row,) = bank.sends(a_row("5000.00", text=reference_of(wire)))
    bind(row, wire, till.cashier)
    assert (now_of(wire).state, now_of(wire).review_code) == (State.IN_REVIEW, Review.KYC_CAP)


def test_the_name_of_somebody_else_is_never_sure(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("200.00", "Mallory Black", reference_of(wire)))
    (found,) = suggestions_for([row])[row.pk]
    assert (found.waiting.number, found.is_sure) == (wire.pk, False)
    bind(row, wire, till.cashier)
    assert now_of(wire).review_code == Review.NAME
    with pytest.raises(SamePerson):
        deciding.accept_deposit(
            deposit_id=wire.pk,
            reason="I know them",
            seen=deposit_review.seen_of(now_of(wire)),
            actor=till.cashier.actor,
            now=clock.now(),
        )


def test_a_bank_account_seen_before_speaks_for_its_client(bank: Bank, till: Till) -> None:
    wire = expected(till)
    (row,) = bank.sends(a_row("200.00", text=reference_of(wire)))
    bind(row, wire, till.cashier)
    again = expected(till, "75.00")
    (row,) = bank.sends(a_row("75.00", "A RUIZ MARTINEZ", "savings"))
    best = suggestions_for([row])[row.pk][0]
    clues = {str(one.clue) for one in best.evidence}
    assert (best.waiting.number, {"seen", "amount"} <= clues) == (again.pk, True)


def test_a_typo_in_the_reference_is_seen_and_named(bank: Bank, till: Till) -> None:
    wire = expected(till)
    right = reference_of(wire).replace(" ", "")
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    (row,) = bank.sends(a_row("200.00", "", f"pay {wrong}", account=""))
    (found,) = suggestions_for([row])[row.pk]
    assert (found.waiting.number, found.is_sure) == (wire.pk, False)
    assert "typo" in {str(one.clue) for one in found.evidence}


def test_nothing_expires_whose_money_lies_at_the_bank(bank: Bank, till: Till) -> None:
    wire, forgotten = expected(till), expected(till, "31.00")
    bank.sends(a_row("200.00", text=reference_of(wire)))
    after = wire.expires_at + (charging.A_DAY / 24)
    for one in (wire, forgotten):
        charging.look_up_charge(deposit_id=one.pk, actor=SYSTEM, now=after)
    assert now_of(wire).state == State.PENDING
    assert now_of(forgotten).state == State.EXPIRED


def test_who_may_not_or_what_does_not_fit_is_refused(bank: Bank, till: Till) -> None:
    wire = expected(till)
    came, went = bank.sends(a_row("200.00"), a_row("-5.00"))
    elsewhere = a_staff_user("finance", entity=a_legal_entity())
    for user in (till.asker, till.approver, elsewhere):
        with pytest.raises(steps.NotAllowed):
            bind(came, wire, user)
    with pytest.raises(steps.NotPossible):
        bind(went, wire, till.cashier)
    assert not BankUse.objects.exists()

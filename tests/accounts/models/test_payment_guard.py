"""What PostgreSQL refuses to the application itself, by plain SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Payment
from backoffice.approvals.actions import voting
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.states import Verdict
from backoffice.approvals.terms import Ballot
from backoffice.core import clock
from tests.factories.payments import Till, a_till

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None) -> Till:
    """A client with money; the connection is the application's own."""
    return a_till()


def run(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(statement: str, *values: object, because: str) -> None:
    with pytest.raises(DatabaseError, match=because):
        run(statement, *values)


def request_of(payment: Payment) -> ApprovalRequest:
    return ApprovalRequest.objects.get(pk=payment.approval_id)


def unchanged(table: str, change: str, *, because: str) -> None:
    refused(f"UPDATE {table} SET {change}", because=because)  # noqa: S608


def test_we_are_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mt4bo_app",)


def test_one_cannot_approve_ones_own_request(till: Till) -> None:
    payment = till.ask()
    for approver in (payment.requested_by, str(till.approver.actor)):
        refused(
            "UPDATE accounts_payment SET state = 'APPROVED', approved_by = %s, approved_at = now()"
            " WHERE id = %s",
            approver,
            payment.pk,
            because="nobody approved it|accounts_payment_approved_by_another",
        )


@pytest.mark.parametrize(
    "other", ["requisite_key = 'x'", "amount = 71, split = '[]'", "holder = 'Somebody'"]
)
def test_what_was_approved_is_what_is_paid(till: Till, other: str) -> None:
    """Votes on one requisite or amount, then another in the row: they do not approve it."""
    payment = till.ask()
    run(f"UPDATE accounts_payment SET {other}")  # noqa: S608
    vote = Ballot(payload_digest=request_of(payment).payload_digest, facts="x")
    voting.cast(
        request_id=payment.approval_id,
        verdict=Verdict.AGREE,
        ballot=vote,
        actor=till.approver.actor,
        now=clock.now(),
    )
    refused(
        "UPDATE accounts_payment SET state = 'APPROVED', approved_by = %s, approved_at = now()",
        str(till.approver.actor),
        because="nobody approved it",
    )


def test_no_debit_is_planned_without_a_complete_approval(till: Till) -> None:
    plan = (
        "INSERT INTO accounts_paymentoperation (payment_id, leg, key, operation_id, planned_at)"
        " VALUES (%s, 'debit', gen_random_uuid(), 1, now())"
    )
    payment = till.ask()
    refused(plan, payment.pk, because="no complete approval")
    till.approve(payment)
    run("UPDATE identity_user SET is_active = false WHERE id = %s", till.approver.pk)
    refused(plan, payment.pk, because="approvals_request_quorum")
    run("UPDATE identity_user SET is_active = true WHERE id = %s", till.approver.pk)
    run(plan.replace("now()", "clock_timestamp()"), payment.pk)
    assert request_of(payment).state == "EXECUTED"


def test_an_approval_is_not_swapped(till: Till) -> None:
    payment, other = till.approved(), till.ask("30.00")
    for mine, theirs in ((payment, other), (other, payment)):
        refused(
            "UPDATE accounts_payment SET approval_id = %s WHERE id = %s",
            theirs.approval_id,
            mine.pk,
            because="asked for again only when it is void",
        )


def test_a_final_state_is_final(till: Till) -> None:
    payment = till.ask()
    run(
        "UPDATE accounts_payment SET state = 'CANCELLED', cancelled_by = 'staff:1',"
        " cancel_reason = 'x', closed_at = now() WHERE id = %s",
        payment.pk,
    )
    for change in ("state = 'REQUESTED', closed_at = NULL", "amount = 1", "note = 'edited'"):
        unchanged("accounts_payment", change, because="is final")
    refused("DELETE FROM accounts_payment", because="permission denied")


@pytest.mark.parametrize("state", ["DEBITED", "SENT", "PAID", "RETURNING", "REFUSED", "UNCERTAIN"])
def test_only_lawful_moves(till: Till, state: str) -> None:
    till.ask()
    unchanged("accounts_payment", f"state = '{state}'", because="nothing leads from")


def test_amount_and_requisite_are_fixed_once_approved(till: Till) -> None:
    payment = till.approved()
    for change in ("amount = 71", "requisite = 'ES00'", "holder = 'Somebody'", "requisite_key='x'"):
        unchanged("accounts_payment", change, because="fixed once approved")
    unchanged("accounts_payment", "approved_by = 'staff:1'", because="it was approved by")
    unchanged("accounts_payment", "requested_by = 'staff:1'", because="never change")
    assert Payment.objects.get().amount == payment.amount


def test_a_decision_stays(till: Till) -> None:
    payment = till.approved()
    refused("UPDATE approvals_approvalvote SET picture = '{}'", because="permission denied")
    picture = ApprovalVote.objects.get(request_id=payment.approval_id).picture
    assert picture["payload"]["amount"] == "70.00"


def test_an_answer_belongs_to_a_payment(till: Till) -> None:
    payment = till.ask()
    answers = """
        INSERT INTO accounts_paymentcheck
               (payment_id, run, occasion, number, verdict, sentence, facts, checked_at)
        SELECT payment_id + %s, run + 7, occasion, number, verdict, sentence, facts, checked_at
        FROM accounts_paymentcheck WHERE payment_id = %s
    """
    run(answers, 0, payment.pk)
    refused(answers, 1_000_000, payment.pk, because="there is no payment")


def test_evidence_only_grows(till: Till) -> None:
    till.ask()
    for table in ("accounts_paymentcheck", "accounts_bookedticket", "accounts_accountbooks"):
        for verb in ("DELETE FROM", "TRUNCATE"):
            refused(f"{verb} {table}", because="permission denied")
    unchanged("accounts_paymentcheck", "verdict = 'green'", because="permission denied")


@pytest.mark.parametrize(
    ("columns", "because"),
    [
        ("amount = 0", "accounts_payment_amount"),
        ("amount = 0.001", "accounts_payment_digits"),
        ("sent_by = requested_by", "accounts_payment_paid_by_two"),
        ("sent_by = 'staff:9', confirmed_by = 'staff:9'", "accounts_payment_paid_by_two"),
        ("returned_by = requested_by", "accounts_payment_returned_by_another"),
        ("rejected_by = requested_by", "accounts_payment_approved_by_another"),
        ("uncertain_leg = 'debit'", "accounts_payment_uncertain"),
        ("closed_at = now()", "accounts_payment_closed"),
        ("state = 'REJECTED', closed_at = now()", "accounts_payment_closed_why"),
    ],
)
def test_what_a_payment_cannot_be(till: Till, columns: str, because: str) -> None:
    till.ask()
    unchanged("accounts_payment", columns, because=because)

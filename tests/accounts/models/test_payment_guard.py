"""What PostgreSQL refuses to the application itself, by plain SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Payment, PaymentApproval
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


def unchanged(table: str, change: str, *, because: str) -> None:
    refused(f"UPDATE {table} SET {change}", because=because)  # noqa: S608


def test_we_are_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("mt4bo_app",)


def test_one_cannot_approve_ones_own_request(till: Till) -> None:
    payment = till.ask()
    refused(
        "UPDATE accounts_paymentapproval SET state = 'APPROVED', decided_by = requested_by,"
        " decided_at = now(), fingerprint = 'x' WHERE payment_id = %s",
        payment.pk,
        because="accounts_paymentapproval_by_another",
    )
    for approver in (payment.requested_by, str(till.approver.actor)):
        refused(
            "UPDATE accounts_payment SET state = 'APPROVED', approved_by = %s, approved_at = now()"
            " WHERE id = %s",
            approver,
            payment.pk,
            because="nobody approved it|accounts_payment_approved_by_another",
        )


def test_an_approval_cannot_name_another_maker(till: Till) -> None:
    payment = till.ask()
    run("UPDATE accounts_paymentapproval SET state='VOIDED', reason='x', voided_at=now()")
    refused(
        "INSERT INTO accounts_paymentapproval (payment_id, requested_by, seat, state, opened_at,"
        " decided_by, fingerprint, picture, reason) VALUES (%s, 'staff:999999', 'back_office',"
        " 'WAITING', now(), '', '', '{}', ''); SET CONSTRAINTS ALL IMMEDIATE",
        payment.pk,
        because="accounts_paymentapproval_maker",
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
    till.approved()
    for change in ("decided_by = 'staff:1'", "picture = '{}'", "state = 'WAITING'"):
        unchanged("accounts_paymentapproval", change, because="what was decided stays")
    refused("DELETE FROM accounts_paymentapproval", because="permission denied")
    assert PaymentApproval.objects.get().picture["payload"]["amount"] == "70.00"


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

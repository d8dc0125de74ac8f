"""The foot of a list: exact while it is short, and never read to the end."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, F, Q, When
from django.test.utils import CaptureQueriesContext

from accounts.models import Deposit, Payment
from accounts.queries.listed.either import either
from accounts.queries.listed.foot import foot_of
from accounts.queries.settlement.facts import called
from tests.factories.payments import a_till

pytestmark = pytest.mark.django_db


def test_a_foot_is_exact_until_there_are_too_many() -> None:
    till = a_till()
    for amount in ("10.00", "20.00", "5.00"):
        till.ask(amount)
    rows = Payment.objects.order_by("due_at")

    with CaptureQueriesContext(connection) as asked:
        foot = foot_of(rows)

    assert (foot.count, foot.is_more, foot.amounts) == (3, False, [(Decimal("35.00"), "USD")])
    assert len(asked) == 1
    assert "LIMIT 1001" in asked[0]["sql"]
    assert "ORDER BY" not in asked[0]["sql"]
    exact, capped = foot_of(rows, cap=3), foot_of(rows, cap=2)
    assert (exact.count, exact.is_more) == (3, False)
    assert (capped.count, capped.is_more, capped.amounts) == (2, True, [])


def test_what_has_no_amount_counts_and_adds_nothing() -> None:
    a_till().ask("10.00")
    paid = Case(When(state="PAID", then=F("amount")))

    foot = foot_of(Payment.objects.all(), amount=paid)

    assert (foot.count, foot.sums, foot.amounts) == (1, {"USD": Decimal(0)}, [])


def test_either_finds_each_row_once() -> None:
    till = a_till()
    first, second = till.ask("10.00"), till.ask("20.00")
    both = Payment.objects.filter(either(Payment, _of(10), _of(20), _of(10))).order_by("id")

    assert list(both) == [first, second]
    assert list(both.filter(amount__gt=10)) == [second]
    assert not Payment.objects.filter(either(Payment, _of(1), _of(2))).exists()


def _of(amount: int) -> Q:
    return Q(amount=amount)


@pytest.mark.parametrize(
    ("model", "name", "index"),
    [
        (Payment, "bank_reference", "accounts_payment_sent_as"),
        (Deposit, "charge_id", "accounts_deposit_charge"),
        (Deposit, "return_reference", "accounts_deposit_return"),
        (Deposit, "provider_reference", "accounts_deposit_told_as"),
    ],
)
def test_what_others_call_it_is_found_by_an_index_however_many_are_named(
    model: Any, name: str, index: str
) -> None:
    many = model.objects.filter(called(name, [f"re-{number}" for number in range(150)]))
    one = model.objects.filter(~Q(**{name: ""}), **{name: "re-1"})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for rows in (many, one):
        plan = rows.explain()
        assert index in plan, plan
        assert f"Index Cond: (({name})::text = " in plan, plan

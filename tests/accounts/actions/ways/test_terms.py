"""What a method allows and costs, by country: two people set it, clients meet it, books keep it."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actions import payouts
from accounts.actions.deposits.starting import BadRequest as NoDeposit
from accounts.actions.ways import agreeing
from accounts.actions.ways.agreeing import BadTerms
from accounts.actions.withdrawals import BadRequest
from accounts.calc.method_rules import Terms, Used, own_fee, refusal
from accounts.models import Deposit, MethodTerms, Payment
from accounts.queries.payments import paid_since_for
from accounts.queries.ways.in_force import terms_of
from accounts.states import Direction, LedgerKind, Withdrawal
from accounts.terms import Deposit as State
from backoffice.approvals.actions.refusals import NotAskable, SamePerson
from backoffice.core import clock
from crm.models import Client
from tests.factories.agents import Script
from tests.factories.incoming.deposits import a_card, balanced, now_of, paid, standing, start, take
from tests.factories.incoming.terms import agreed, proposed, terms
from tests.factories.payments import Till, work_done

pytestmark = pytest.mark.django_db
IN, OUT = Direction.IN, Direction.OUT


def a_payout(till: Till, payment: Payment) -> Payment:
    """Two people pay it out."""
    told: dict[str, Any] = {"payment_id": payment.pk, "now": clock.now()}
    payouts.send_payout(bank_reference="FT-1", actor=till.cashier.actor, **told)
    return payouts.confirm_payout(actor=till.second.actor, **told)


def test_two_people_set_terms_and_postgresql_asks_for_both(till: Till) -> None:
    request = proposed(till, till.method, OUT, minimum="50", fee_fixed="2")
    assert MethodTerms.objects.count() == 0
    with pytest.raises(SamePerson):
        agreed(request, till.cashier)
    agreed(request, till.second)
    row = MethodTerms.objects.get()
    assert (row.minimum, row.fee_fixed, row.set_by) == (50, 2, str(till.cashier.actor))
    same = {name: getattr(row, name) for name in ("method", "direction", "approval", "set_by")}
    with pytest.raises(DatabaseError, match="nobody agreed"), transaction.atomic():
        MethodTerms.objects.create(
            **same, minimum=1, decide_hours=1, pay_hours=1, set_at=clock.now()
        )
    with pytest.raises(DatabaseError), transaction.atomic():
        MethodTerms.objects.update(minimum=1)


def test_nobody_without_the_right_proposes_and_nothing_unlawful_is(till: Till) -> None:
    till.cashier, keep = till.asker, till.cashier
    with pytest.raises(NotAskable):
        proposed(till, till.method, OUT)
    till.cashier = keep
    for bad in (
        {"minimum": "5", "maximum": "4"},
        {"fee_percent": "100"},
        {"fee_fixed": "0.001"},
        {"minimum": "-1"},
        {"day_limit": "NaN"},
        {"pay_hours": 0},
        {"notices": (84, 60)},
        {"notices": (0,)},
    ):
        with pytest.raises(BadTerms):
            proposed(till, till.method, OUT, **bad)
    for country in ("Spain", "UK", "es"):  # no client's country is kept so
        with pytest.raises(BadTerms, match=f"There is no country {country}: write ES"):
            proposed(till, till.method, OUT, country)


def test_limits_are_met_with_one_sentence(till: Till) -> None:
    terms(till, till.method, OUT, minimum="20", maximum="100", day_limit="150")
    for amount, why in (("19.99", r"pays 20\.00"), ("100.01", "at most")):
        with pytest.raises(BadRequest, match=why):
            till.ask(amount)
    till.ask("100.00")
    with pytest.raises(BadRequest, match=r"50\.00"):  # that is what is left of the day
        till.ask("60.00")
    till.ask("50.00")


def test_a_country_has_terms_of_its_own(till: Till) -> None:
    card = a_card(till)
    terms(till, card, IN, maximum="500")
    terms(till, card, IN, "ES", is_offered=False)
    Client.objects.filter(pk=till.client.pk).update(country="FR")
    start(till, "500.00")
    with pytest.raises(NoDeposit, match=r"500\.00"):
        start(till, "500.01")
    Client.objects.filter(pk=till.client.pk).update(country="ES")
    with pytest.raises(NoDeposit, match="not offered in your country"):
        start(till, "10.00")
    assert terms_of(card, "FR", IN).maximum == 500
    assert terms_of(card, "FR", OUT) == Terms()


def test_fees_of_a_deposit_stand_apart_in_the_books(till: Till, script: Script) -> None:
    terms(till, a_card(till), IN, fee_percent="1", fee_fixed="0.50")
    deposit = start(till)
    work_done()
    take(paid(deposit))
    work_done()
    deposit = now_of(deposit)
    assert (deposit.state, deposit.own_fee) == (State.CREDITED, Decimal("2.50"))
    assert [one.profit for one in script.booked] == [Decimal("197.50")]
    assert standing(LedgerKind.FEES) == Decimal("2.50")
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("2.90")
    assert balanced()


def test_fees_of_a_payout_stand_apart_in_the_books(till: Till, script: Script) -> None:
    terms(till, till.method, OUT, fee_fixed="3", provider_percent="1", provider_fixed="0.10")
    payment = till.approve(till.ask("70.00"))
    assert (payment.own_fee, payment.payout) == (3, 67)
    work_done()
    payment.refresh_from_db()
    assert [one.profit for one in script.booked] == [Decimal("-70.00")]
    payment = a_payout(till, payment)
    assert (payment.state, payment.provider_fee) == (Withdrawal.PAID, Decimal("0.77"))
    assert standing(LedgerKind.PAYOUTS_DUE) == 0
    assert standing(LedgerKind.FEES) == 3
    assert standing(LedgerKind.PROVIDER_FEES) == Decimal("0.77")
    assert standing(LedgerKind.METHOD_CLEARING) == Decimal("-67.77")
    assert paid_since_for(till.second, clock.now() - timedelta(hours=1)) == {"USD": (1, 67)}
    till.mirror_as_booked()
    assert till.agrees()
    assert balanced()


def test_a_fee_that_eats_everything_is_refused_and_no_fee_changes_later(till: Till) -> None:
    terms(till, till.method, OUT, fee_fixed="30")
    with pytest.raises(BadRequest, match="Nothing would be left"):
        till.ask("30.00")
    payment = till.ask("31.00")
    with pytest.raises(DatabaseError, match="our fee never change"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(own_fee=0)


def test_rules_alone() -> None:
    amount = Decimal(10)
    month = Terms(month_limit=Decimal(25))
    found = refusal(month, amount, Used(month=Decimal(20)), is_out=False)
    assert found is not None
    assert (found.limit, found.left) == (25, 5)
    assert refusal(month, amount, Used(month=Decimal(15)), is_out=False) is None
    assert own_fee(Terms(fee_percent=Decimal("0.05")), amount, "USD") == Decimal("0.01")
    assert own_fee(Terms(fee_percent=Decimal("2.5")), Decimal(1000), "JPY") == 25


def test_a_limit_counts_what_came_and_not_what_was_asked_for(till: Till) -> None:
    card = a_card(till)
    terms(till, card, IN, day_limit="500")
    take(paid(start(till, "10.00"), "450.00"))
    with pytest.raises(NoDeposit, match=r"50\.00"):
        start(till, "50.01")
    start(till, "50.00")


def test_the_fee_is_that_of_the_country_and_the_day_when_it_was_begun(till: Till) -> None:
    card, clients = a_card(till), Client.objects.filter(pk=till.client.pk)
    terms(till, card, IN, fee_percent="1")
    terms(till, card, IN, "ES", fee_percent="10")
    clients.update(country="FR")
    deposit = start(till)
    clients.update(country="ES")
    take(paid(deposit))
    assert now_of(deposit).own_fee == 2

    terms(till, card, IN, fee_percent="5")
    take(paid(deposit, reference="a second time"))
    late = Deposit.objects.get(follows=deposit)
    assert (late.country, late.own_fee) == ("FR", 2)
    assert start(till).country == "ES"


def test_a_proposal_says_what_held_until_then(till: Till) -> None:
    terms(till, till.method, OUT, minimum="50", fee_fixed="2.00")
    request = proposed(till, till.method, OUT, minimum="50", fee_fixed="3", maximum="900")
    payload = json.loads(request.payload)
    words, before = dict(agreeing.describe(payload)), dict(agreeing.tell_before(payload, {}))
    assert {word: (before[word], said) for word, said in words.items() if said != before[word]} == {
        "Largest amount": ("—", "900"),
        "Our fee, amount": ("2", "3"),
    }
    del payload["before"]  # as it was asked for before that was kept
    assert agreeing.tell_before(payload, {}) == ()

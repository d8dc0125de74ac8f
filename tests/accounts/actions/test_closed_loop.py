"""The closed loop in the actions: planned with the request, frozen with the decision."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actions import chart, withdrawals
from accounts.calc import requisites
from accounts.models import Deposit, Payment, PaymentCheck
from accounts.providers.port import Payer
from accounts.queries import checks as looking
from backoffice.company.actions import policies
from backoffice.core import clock
from backoffice.core.errors import Later
from tests.factories.agents import Script
from tests.factories.incoming.deposits import Cardly, a_card, a_cardly, paid, start, take
from tests.factories.market import a_closed_trade
from tests.factories.payments import IBAN, SYSTEM, Till, fingerprint, work_done, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def cardly(settings: Any) -> Any:
    """The provider of the till's cards."""
    with a_cardly(settings) as cardly:
        yield cardly


@pytest.fixture
def paid_by_card(till: Till, script: Script, cardly: Cardly) -> Deposit:
    """200.00 came by card and stand in MetaTrader; 990.00 came before our books."""
    a_card(till)
    deposit = start(till)
    take(paid(deposit))
    work_done()
    till.mirror_as_booked()
    till.see()
    deposit.refresh_from_db()
    assert deposit.state == "CREDITED"
    trade = a_closed_trade(990, till.account.login, opened_at=clock.now(), profit=Decimal(0))
    write(till.account, trade)
    return deposit


def lines(payment: Payment) -> list[tuple[str, str, str, int | None]]:
    payment.refresh_from_db()
    return [(one["source"], one["route"], one["amount"], one["deposit"]) for one in payment.split]


def check(payment: Payment, number: int = 4) -> PaymentCheck:
    return PaymentCheck.objects.filter(payment=payment, number=number).latest("run")


def test_a_request_plans_where_it_goes_back_to(till: Till, paid_by_card: Deposit) -> None:
    payment = till.ask("1195.00")

    assert lines(payment) == [
        ("card:fp-1", "source", "200.00", paid_by_card.pk),
        ("unknown", "unknown", "990.00", None),
        ("profit", "profit", "5.00", None),
    ]
    kept = check(payment)
    assert kept.verdict == "amber"
    assert kept.facts["lines"] == "visa ••1111 200.00 USD, unknown 990.00 USD, profit 5.00 USD"


def test_what_is_asked_for_counts_as_returned_for_whoever_asks_next(
    till: Till, paid_by_card: Deposit
) -> None:
    first, second = till.ask("150.00"), till.ask("100.00")

    assert lines(first) == [("card:fp-1", "source", "150.00", paid_by_card.pk)]
    assert lines(second)[0] == ("card:fp-1", "source", "50.00", paid_by_card.pk)
    withdrawals.cancel_withdrawal(
        payment_id=first.pk, reason="not now", actor=till.asker.actor, now=clock.now()
    )
    assert looking.look(looking.asked_by(second), now=clock.now()).lines[0].amount == 100


def test_it_is_frozen_with_the_decision_and_an_older_look_does_not_count(
    till: Till, paid_by_card: Deposit
) -> None:
    """The first is taken back: what the second's approver saw is not what holds any more."""
    first, second = till.ask("150.00"), till.ask("100.00")
    seen = fingerprint(second)
    withdrawals.cancel_withdrawal(
        payment_id=first.pk, reason="not now", actor=till.asker.actor, now=clock.now()
    )
    with pytest.raises(withdrawals.ChangedMeanwhile):
        withdrawals.approve_withdrawal(
            payment_id=second.pk, fingerprint=seen, actor=till.approver.actor, now=clock.now()
        )

    till.approve(second)

    assert lines(second) == [("card:fp-1", "source", "100.00", paid_by_card.pk)]
    with pytest.raises(IntegrityError, match="fixed once approved"), transaction.atomic():
        Payment.objects.filter(pk=second.pk).update(split=[])


def test_lines_that_do_not_add_up_are_refused_by_the_database(till: Till) -> None:
    payment = till.ask("70.00")
    for split in ([{**payment.split[0], "amount": "69.99"}], [{"amount": "70.00"}]):
        with pytest.raises(IntegrityError, match="split_adds_up"), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(split=split)


def test_past_its_window_a_card_s_share_needs_another_way(
    till: Till, paid_by_card: Deposit
) -> None:
    say(LOOP, {"refund_days": {"card": 0}})
    payment = till.ask("100.00")

    assert lines(payment) == [("card:fp-1", "proof", "100.00", None)]
    assert "another way, with proof" in check(payment).told


def test_everything_elsewhere_needs_a_reason_and_counts_as_returned(
    till: Till, paid_by_card: Deposit
) -> None:
    payment = till.ask("150.00", loop_reason="the card was stolen")

    assert lines(payment) == [("card:fp-1", "proof", "150.00", paid_by_card.pk)]
    assert (check(payment).verdict, "stolen" in check(payment).told) == ("amber", True)
    assert lines(till.ask("100.00"))[0][2] == "50.00"


def test_a_policy_may_refuse_everything_elsewhere(till: Till, paid_by_card: Deposit) -> None:
    say(LOOP, {"other_way": "refuse"})
    with pytest.raises(withdrawals.OtherWayRefused, match=r"visa ••1111: 150\.00"):
        till.ask("150.00", loop_reason="the card was stolen")
    assert Payment.objects.count() == 0
    till.ask("150.00")


def test_the_place_that_was_asked_for_may_be_the_source_itself(
    till: Till, paid_by_card: Deposit
) -> None:
    """Then nothing of its share is elsewhere, and no reason is needed for it."""
    again = start(till, "50.00")
    mine = Payer(kind="bank_wire", key=requisites.key_of(IBAN), label="IBAN", holder="Ana Ruiz")
    take(paid(again, payer=mine))
    work_done()
    till.see()
    payment = till.ask("220.00", loop_reason="the card was stolen")

    assert [line[:3] for line in lines(payment)] == [
        ("card:fp-1", "proof", "200.00"), (f"card:{mine.key}", "source", "20.00"),
    ]  # fmt: skip


def test_agreed_lines_above_what_is_owed_by_now_void_the_approval(
    till: Till, paid_by_card: Deposit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source holds nothing any more, between the decision and the debit."""
    payment = till.approve(till.ask("100.00"))
    real = looking.past_of
    monkeypatch.setattr(
        looking, "past_of", lambda asked, now: replace(real(asked, now=now), sources=())
    )

    work_done()

    payment.refresh_from_db()
    assert (payment.state, payment.approved_by) == ("REQUESTED", "")


LOOP = "closed-loop"


def say(code: str, value: dict[str, object]) -> None:
    """Let a policy hold from now on."""
    now = clock.now()
    policies.set_policy(
        code=code, value=value, valid_from=now - timedelta(minutes=1), reason="a test",
        actor=SYSTEM, now=now,
    )  # fmt: skip


def test_a_source_never_gets_back_more_than_it_paid_over_many_withdrawals(
    till: Till, paid_by_card: Deposit
) -> None:
    for amount in ("120.00", "60.00", "50.00", "70.00"):
        till.approve(till.ask(amount))
    given = Decimal(0)
    for payment in Payment.objects.all():
        given += sum(
            Decimal(one["amount"]) for one in payment.split if one["source"] == "card:fp-1"
        )
    assert given == Decimal(200)


def test_decisions_about_one_client_s_sources_come_one_after_the_other(
    till: Till, paid_by_card: Deposit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another decision, about another account of the client's, holds the sources meanwhile."""
    monkeypatch.setattr(chart, "PATIENCE_MS", 50)
    payment, place = till.ask("100.00"), connection.get_connection_params()
    asked = {name: place[name] for name in ("dbname", "user", "host") if place.get(name)}
    with psycopg.connect(**asked) as other:
        name = f"accounts.sources.{till.client.pk}"
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        with pytest.raises(Later, match="busy"), transaction.atomic():
            till.approve(payment)

    assert till.approve(payment).state == "APPROVED"

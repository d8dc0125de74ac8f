"""A withdrawal through the API: asked for once, decided by people, taken back in time."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import withdrawals
from accounts.models import Payment
from accounts.states import Direction, Withdrawal
from backoffice.approvals.actions.refusals import constraint_of
from backoffice.core import clock
from backoffice.demo.redis import Redis
from backoffice.machines.models import Hand
from tests.factories.incoming.terms import terms
from tests.factories.machines import Machine, a_machine
from tests.factories.market import a_trade
from tests.factories.moving.transfers import fill_wallet
from tests.factories.payments import IBAN, Till, a_till, fingerprint, write
from tests.factories.people import a_browser
from trading.models import Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(redis_server: Redis) -> Till:
    """A client with money."""
    till = a_till()
    till.see()
    return till


@pytest.fixture
def machine(till: Till) -> Machine:
    """The personal area."""
    return a_machine(till.client.legal_entity)


def wish(till: Till, amount: Any = "70.00", **changes: Any) -> dict[str, Any]:
    """What the client fills in."""
    plain = {"account": till.account.pk, "amount": amount, "method": till.method.pk,
             "requisite": IBAN, "holder": "Ana Ruiz", "stated_reason": "earned"}  # fmt: skip
    return plain | changes


def test_asked_for_once_and_held_once(till: Till, machine: Machine) -> None:
    before = till.available() if Payment.objects.exists() else None
    answers = [machine.post("withdrawals/request", wish(till), key="click-0001") for _ in range(3)]
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    payment = Payment.objects.get()
    assert before is None
    assert (payment.requested_by, payment.state) == (
        f"machine:{machine.integration.pk}", Withdrawal.REQUESTED,
    )  # fmt: skip
    assert till.posted() - till.available() == payment.amount
    told = machine.get(f"payments/{payment.pk}").json()
    assert (told["amount"], told["currency"], told["state"]) == ("70.00", "USD", "REQUESTED")
    assert IBAN.replace(" ", "") not in str(told)
    assert "1332" in told["requisite"]
    listed = machine.get(f"payments?account={till.account.pk}&state=REQUESTED").json()
    assert [one["id"] for one in listed["items"]] == [payment.pk]


def test_more_than_there_is_is_refused_with_both_numbers(till: Till, machine: Machine) -> None:
    answer = machine.post("withdrawals/request", wish(till, "5000.00"))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_enough")
    assert "5,000" in answer.json()["detail"].replace("\u202f", ",")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": 70.1}, "amount"), ({"amount": "-1.00"}, "amount"), ({"amount": "x"}, "amount"),
        ({"amount": "1e3"}, "amount"), ({"amount": "0.00001"}, "amount"),
        ({"amount": "0.00"}, "amount"), ({"amount": True}, "amount"), ({"holder": ""}, "holder"),
        ({"stated_reason": "because"}, "stated_reason"), ({"fee": "1.00"}, "fee"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_holds_nothing(
    till: Till, machine: Machine, changed: dict[str, Any], field: str
) -> None:
    answer = machine.post("withdrawals/request", wish(till, **changed))
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert list(answer.json()["errors"]) == [field]
    assert not Payment.objects.exists()


def test_people_decide_and_no_machine(till: Till, machine: Machine) -> None:
    machine.post("withdrawals/request", wish(till))
    payment = Payment.objects.get()
    other = a_machine(till.client.legal_entity)
    for one in (machine, other):
        with pytest.raises(withdrawals.steps.NotAllowed if one is other else Exception):
            withdrawals.approve_withdrawal(
                payment_id=payment.pk, fingerprint=fingerprint(payment),
                actor=one.integration.user.actor, now=clock.now(),
            )  # fmt: skip
    url = reverse("accounts:payment-detail", args=[payment.pk])
    page = a_browser(till.approver).get(url)
    assert page.status_code == 200
    assert "Web site" in page.content.decode()  # who asked, by name
    assert till.approve(payment).state == Withdrawal.APPROVED


def test_whose_hands_the_machine_is_neither_decides_nor_pays_it_out(
    till: Till, machine: Machine
) -> None:
    machine.post("withdrawals/request", wish(till))
    payment = Payment.objects.get()
    Hand.objects.create(machine=machine.integration.user, person=till.approver)
    Hand.objects.create(machine=machine.integration.user, person=till.cashier)
    page = a_browser(till.approver).get(reverse("accounts:payment-detail", args=[payment.pk]))
    assert "you had a hand in it already" in page.content.decode()
    queue = a_browser(till.approver).get(reverse("accounts:payment-list")).content.decode()
    assert "Ana Ruiz" not in queue
    with pytest.raises(withdrawals.steps.SamePerson):
        till.approve(payment)
    with pytest.raises(IntegrityError) as found, transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(sent_by=str(till.cashier.actor))
    assert constraint_of(found.value) == "accounts_payment_hands_apart"


def test_taken_back_in_time_and_not_later(till: Till, machine: Machine) -> None:
    machine.post("withdrawals/request", wish(till))
    payment = Payment.objects.get()
    why = {"reason": "The client changed their mind"}
    taken = machine.post(f"withdrawals/{payment.pk}/cancel", why)
    assert (taken.status_code, taken.json()["state"]) == (200, "CANCELLED")
    assert till.available() == till.posted()
    late = machine.post(f"withdrawals/{payment.pk}/cancel", why)
    assert (late.status_code, late.json()["code"]) == (409, "not_possible")


def test_without_figures_it_is_later_and_the_key_stays_free(till: Till, machine: Machine) -> None:
    login = till.account.login
    write(till.account, a_trade(900, login))  # a position of which nobody knows the worth
    answer = machine.post("withdrawals/request", wish(till), key="click-0001")
    assert (answer.status_code, answer.json()["code"]) == (503, "later")
    assert answer["Retry-After"]
    assert not Payment.objects.exists()
    Position.objects.filter(account=till.account).delete()
    assert machine.post("withdrawals/request", wish(till), key="click-0001").status_code == 201


def test_what_a_client_can_use(till: Till, machine: Machine) -> None:
    told = machine.get(f"clients/{till.client.pk}/payment-methods").json()["items"]
    assert [(one["code"], one["currency"]) for one in told] == [("wire", "USD")]


def test_out_of_the_wallet_and_by_the_terms_of_the_country(till: Till, machine: Machine) -> None:
    fill_wallet(till.client, "200.00")
    terms(till, till.method, Direction.OUT, minimum="20", fee_fixed="3", pay_hours=24)
    path = f"clients/{till.client.pk}/payment-methods"
    (wire,) = machine.get(path).json()["items"]
    told = (wire["minimum"], wire["fee_fixed"], wire["pay_hours"], wire["why_not"])
    assert told == ("20.00", "3.00", 24, "")
    less = machine.post("withdrawals/request", wish(till, "19.99", from_wallet=True))
    assert less.status_code == 422
    assert "pays 20.00" in less.json()["detail"].replace("\u202f", " ")
    answer = machine.post("withdrawals/request", wish(till, "150.00", from_wallet=True)).json()
    assert (answer["from_wallet"], answer["payout"]) == (True, "147.00")
    more = machine.post("withdrawals/request", wish(till, "50.01", from_wallet=True))
    assert (more.status_code, more.json()["code"]) == (422, "not_enough")
    terms(till, till.method, Direction.OUT, is_offered=False)
    (wire,) = machine.get(path).json()["items"]
    why = "This way is closed now: take another one."
    assert (wire["is_offered"], wire["why_not"]) == (False, why)
    shut = machine.post("withdrawals/request", wish(till, "30.00", from_wallet=True))
    assert (shut.status_code, Payment.objects.count()) == (422, 1)

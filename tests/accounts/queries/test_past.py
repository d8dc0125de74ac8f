"""What the checks are told of the past, out of the database: one statement, each fact once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import withdrawals
from accounts.models import Payment
from accounts.queries import checks as looking
from accounts.queries import past
from backoffice.company.actions import policies
from backoffice.core import clock
from crm.models import Client
from tests.factories.payments import SYSTEM, Till, a_request_of, a_till
from tests.factories.people import a_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(db: None) -> Till:
    """A client with 1,000.00 USD, and the staff around."""
    return a_till()


def past_of(payment: Payment) -> past.Past:
    return past.past_of(looking.asked_by(payment), now=clock.now())


def verdicts(payment: Payment) -> dict[int, str]:
    answers = looking.look(looking.asked_by(payment), now=clock.now()).answers
    return {one.number: str(one.verdict) for one in answers}


def say(value: dict[str, object], entity: int | None = None) -> None:
    now = clock.now()
    policies.set_policy(
        code=past.CHECKS, value=value, valid_from=now - timedelta(minutes=1), reason="a test",
        legal_entity_id=entity, actor=SYSTEM, now=now,
    )  # fmt: skip


def test_it_is_one_statement(till: Till) -> None:
    payment = till.ask()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        past_of(payment)

    assert len(asked) == 1


def test_a_changed_address_cools_off_whoever_changed_it(till: Till) -> None:
    payment = till.ask()
    assert past_of(payment).client.contact_changed_at is None  # type: ignore[union-attr]
    Client.objects.filter(pk=till.client.pk).update(city="Limassol")
    assert verdicts(payment)[17] == "green"

    Client.objects.filter(pk=till.client.pk).update(email="new@example.com")

    assert verdicts(payment)[17] == "red"
    with pytest.raises(withdrawals.CheckForbids, match="cooling off"):
        till.approve(payment)
    Client.objects.filter(pk=till.client.pk).update(contact_changed_at=None)
    assert verdicts(payment)[17] == "red"  # nobody turns the moment back
    assert till.approve(payment, till.second).state == "APPROVED"  # compliance may


def test_shared_phones_and_addresses_are_seen(till: Till) -> None:
    payment = till.ask()
    Client.objects.filter(pk=till.client.pk).update(phone="+34 600 11 22 33", email="a@example.com")
    other = a_client("Lea Roth", entity=till.client.legal_entity)
    Client.objects.filter(pk=other.pk).update(phone="0034600112233")

    person = past_of(payment).client

    assert person is not None
    assert (person.same_phone, person.same_email, person.same_card) == (1, 0, 0)


def test_what_was_asked_for_within_a_day_and_a_week_counts(till: Till) -> None:
    """Of every account of the client; what was taken back does not."""
    payment = till.ask("70.00")
    other = a_request_of(till.client, 77)
    gone = till.ask("50.00")
    withdrawals.cancel_withdrawal(
        payment_id=gone.pk, reason="no", actor=till.asker.actor, now=clock.now()
    )

    pace = past_of(payment).pace

    assert (pace.day_amount, pace.day_count, pace.week_amount) == (other.amount, 1, other.amount)
    say({"day_amount": "100"})
    assert verdicts(payment)[18] == "red"


def test_the_entity_s_own_policy_comes_before_the_house_s(till: Till) -> None:
    payment = till.ask()
    say({"kyc_level": 1})
    assert verdicts(payment)[7] == "red"

    say({"kyc_level": 0}, entity=till.client.legal_entity_id)

    assert verdicts(payment)[7] == "amber"
    known = past_of(payment).policies[past.CHECKS]
    assert known == {"kyc_level": 0}


def test_what_waits_beside_it_is_found_by_account_or_client_alone(till: Till) -> None:
    """Not among all that waits in the house: their keys are in the conditions of an index."""
    asked = looking.asked_by(till.ask())
    keys = ((asked, "account_id"), (replace(asked, from_wallet=True), "client_id"))
    for one, key in keys:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {past.PAST}", past.values_of(one, now=clock.now()))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        beside = plan.partition("Sub")[2].partition("InitPlan 2")[0]
        assert f"Index Cond: ({key} = " in beside, plan

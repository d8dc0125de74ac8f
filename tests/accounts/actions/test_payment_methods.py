"""Offering a payment method: once a code and currency, and told."""

import pytest

from accounts.actions import payment_methods
from accounts.models import PaymentMethod
from accounts.states import Direction, MethodKind
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord
from tests.factories.money import NOW
from tests.factories.people import a_legal_entity

pytestmark = pytest.mark.django_db


def offer(entity_id: int, currency: str = "USD") -> PaymentMethod:
    return payment_methods.offer_method(
        legal_entity_id=entity_id,
        code="bank-wire",
        name="Bank wire",
        kind=MethodKind.BANK_WIRE,
        currency=currency,
        actor=Actor.system("test"),
        now=NOW,
    )


def test_a_method_is_offered_both_ways_and_told() -> None:
    method = offer(a_legal_entity().pk)

    assert (method.direction, method.is_active) == (Direction.BOTH, True)
    told = EventRecord.objects.get(name="accounts.payment_method.offered").told()
    assert told["fields"] == {
        "method_id": str(method.pk),
        "code": "bank-wire",
        "currency": "USD",
    }


def test_the_same_code_and_currency_is_offered_once() -> None:
    entity = a_legal_entity()
    offer(entity.pk)
    offer(entity.pk, "EUR")

    with pytest.raises(payment_methods.MethodKnown):
        offer(entity.pk)

    assert PaymentMethod.objects.count() == 2


def test_a_method_takes_deposits_through_a_provider_and_nothing_else() -> None:
    method = offer(a_legal_entity().pk)
    for _ in range(2):
        payment_methods.take_deposits_by(
            method_id=method.pk, provider="cardly", actor=Actor.system("test"), now=NOW
        )
    method.refresh_from_db()
    assert (method.provider, method.direction) == ("cardly", Direction.IN)
    assert EventRecord.objects.filter(name="accounts.payment_method.routed").count() == 1

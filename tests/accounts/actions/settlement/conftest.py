"""A till whose client pays by card, and the provider that settles it."""

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import PaymentMethod
from tests.factories.incoming.deposits import Cardly, a_card, a_cardly, known_client
from tests.factories.payments import Till, a_till


@pytest.fixture
def till(db: None) -> Till:
    """A client with KYC and 1,000.00 USD, the staff around, a card method."""
    till = a_till()
    known_client(till)
    return till


@pytest.fixture
def card(till: Till) -> PaymentMethod:
    """The method that is settled."""
    return a_card(till)


@pytest.fixture(autouse=True)
def cardly(settings: Any) -> Iterator[Cardly]:
    """The provider."""
    with a_cardly(settings) as script:
        yield script

"""A till whose client paid by card, its scripted provider and MetaTrader."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.accounts.adjusting import Desk
from tests.factories.incoming.deposits import Cardly, a_card, a_cardly, known_client
from tests.factories.payments import Till, a_till


@pytest.fixture
def till(db: None) -> Till:
    """A client with KYC and 1,000.00 USD, the staff around, a card method."""
    till = a_till()
    known_client(till)
    a_card(till)
    return till


@pytest.fixture(autouse=True)
def cardly(settings: Any) -> Iterator[Cardly]:
    """The provider."""
    with a_cardly(settings) as script:
        yield script


@pytest.fixture
def desk(till: Till) -> Desk:
    """Those who agree to a debit."""
    return Desk(till)

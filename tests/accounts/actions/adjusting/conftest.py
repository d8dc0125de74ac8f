"""A desk that adjusts a till's account."""

import pytest

from tests.factories.accounts.adjusting import Desk
from tests.factories.payments import Till


@pytest.fixture
def desk(till: Till) -> Desk:
    """A dealer, a risk manager, and a client with 1,000.00 USD."""
    return Desk(till)

"""A till whose house has a bank account, and the bank that keeps it."""

import pytest

from tests.factories.incoming.bank import Bank, a_bank_account
from tests.factories.incoming.deposits import known_client
from tests.factories.payments import Till, a_till


@pytest.fixture
def till(db: None) -> Till:
    """A client with KYC and 1,000.00 USD, the staff around, a bank account for wires."""
    till = a_till()
    known_client(till)
    a_bank_account(till)
    return till


@pytest.fixture
def bank(till: Till) -> Bank:
    """The bank; its first statement opens with 1,000.00."""
    return Bank(a_bank_account(till))

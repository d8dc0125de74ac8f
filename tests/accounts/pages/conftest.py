"""A till whose staff sit at browsers."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from backoffice.identity.models import User
from tests.factories.payments import Till, a_till
from tests.factories.people import a_browser


@pytest.fixture
def till(db: None) -> Till:
    """A client with 1,000.00 USD, and the staff around."""
    return a_till()


@pytest.fixture
def sits() -> Callable[[User], Browser]:
    """Puts somebody at a browser, both factors passed."""
    return a_browser

"""A till whose client is known, and a scripted gateway."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.agents import Script
from tests.factories.incoming.deposits import Cardly, a_cardly, known_client
from tests.factories.payments import Till, a_metatrader, a_till


@pytest.fixture
def till(db: None) -> Till:
    """A client with KYC and 1,000.00 USD, and the staff around."""
    till = a_till()
    known_client(till)
    return till


@pytest.fixture(autouse=True)
def gateway(settings: Any) -> Iterator[Cardly]:
    """The provider that calls back."""
    with a_cardly(settings) as script:
        yield script


@pytest.fixture
def script(till: Till, tmp_path: Path, settings: Any) -> Iterator[Script]:
    """The till's MetaTrader, behind a real agent."""
    with a_metatrader(till, tmp_path, settings) as script:
        yield script

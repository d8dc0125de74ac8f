"""A till, with and without its MetaTrader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.agents import Script
from tests.factories.payments import Till, a_metatrader, a_till


@pytest.fixture
def till(db: None) -> Till:
    """A client with 1,000.00 USD, and the staff around."""
    return a_till()


@pytest.fixture
def script(till: Till, tmp_path: Path, settings: Any) -> Iterator[Script]:
    """The till's MetaTrader, behind a real agent."""
    with a_metatrader(till, tmp_path, settings) as script:
        yield script

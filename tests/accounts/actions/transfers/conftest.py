"""A client with two accounts, with and without their MetaTrader."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.moving.transfers import Pair, a_pair, a_pair_in_metatrader


@pytest.fixture
def pair(db: None) -> Pair:
    """A client with 1,000.00 USD on one account and 500.00 on another."""
    return a_pair()


@pytest.fixture
def carried(pair: Pair, tmp_path: Path, settings: Any) -> Iterator[Pair]:
    """The same behind a real agent."""
    with a_pair_in_metatrader(pair, tmp_path, settings):
        yield pair

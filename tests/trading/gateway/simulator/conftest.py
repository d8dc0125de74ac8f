"""Short folders for sockets: their paths may have 107 bytes only."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.simulator import Clock, Heard, a_desk
from trading.gateway.simulator.desk import Desk


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="mt4-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on a Wednesday at noon, server time."""
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Desk:
    """A desk with one account of 10,000.00 USD and a held market."""
    return a_desk(tmp_path, clock)


@pytest.fixture
def heard(desk: Desk) -> Heard:
    """What the desk's book tells."""
    listener = Heard()
    desk.book.tell = listener
    return listener

"""A short seed: every class is found by the stream and by the sweep, and nothing else is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.cluster import Database
from tests.prove.deviations import run
from tests.prove.deviations.classes import DEVIATIONS
from tests.prove.deviations.ground import Ground
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway


@pytest.fixture
def own_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the ground put its gateway in the agent's place, and put that back."""
    monkeypatch.setattr(settings, "MT4_AGENT_KEYS", settings.MT4_AGENT_KEYS)
    yield
    registry.register(RemoteGateway)


@pytest.mark.parametrize("way", [run.STREAM, run.SWEEP])
@pytest.mark.usefixtures("own_gateway")
def test_every_class_is_found_in_time(way: str, fresh_database: Database, tmp_path: Path) -> None:
    ground, tally = Ground(tmp_path, 1, logins=16), run.Tally()

    run.round_of(ground, way, tally, a_second=1)

    assert (tally.lost, tally.false) == ([], [])
    assert (tally.made, tally.found) == (len(DEVIATIONS), len(DEVIATIONS))
    assert max(tally.worst[way].values()) <= run.LIMITS[way]
    assert tally.operations >= run.QUIET_SECONDS

"""A short seed: every class is found by the stream and by the sweep, and nothing else is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.cluster import Database
from tests.prove.deviations import run
from tests.prove.deviations.classes import DEVIATIONS
from tests.prove.deviations.ground import Ground
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway

QUICK = timedelta(seconds=20)
PACE = run.Pace(a_second=5, quiet=4, copies=1)


@pytest.fixture
def own_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the ground put its gateway in the agent's place, and put that back."""
    monkeypatch.setattr(settings, "MT4_AGENT_KEYS", settings.MT4_AGENT_KEYS)
    yield
    registry.register(RemoteGateway)


@pytest.mark.parametrize("way", [run.STREAM, run.SWEEP])
@pytest.mark.usefixtures("own_gateway")
def test_every_class_is_found_in_time(
    way: str, fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == run.SWEEP:  # what would come every five minutes
        monkeypatch.setattr(settings, "CELERY_BEAT_SCHEDULE", _hastened())
    ground, said = Ground(tmp_path, 1, logins=24), list[str]()

    tally = run.round_of(ground, way, PACE, said.append)

    assert (tally.lost, tally.false) == ([], [])
    assert (tally.made, tally.found) == (len(DEVIATIONS), len(DEVIATIONS))
    assert len(said) == tally.found
    assert max(tally.worst[way].values()) <= run.LIMITS[way]
    assert tally.operations >= PACE.quiet


def _hastened() -> dict[str, Any]:
    """The clockwork, its sweep and the whole comparison of the mirror every few seconds."""
    schedule = {name: dict(turn) for name, turn in settings.CELERY_BEAT_SCHEDULE.items()}
    for name in ("accounts-reconcile", "trading-compare"):
        schedule[name]["schedule"] = QUICK
    return schedule


def test_a_proof_goes_on_where_its_journal_ended(tmp_path: Path) -> None:
    journal = tmp_path / "deviations.jsonl"
    first = run.Tally(operations=60, made=2, found=2)
    first.late(run.STREAM, "foreign", 3.0)
    second = run.Tally(operations=50, made=1, found=1)
    second.late(run.STREAM, "foreign", 9.04)
    run._keep(journal, first)
    run._keep(journal, second)
    journal.write_text(journal.read_text() + '{"operations": 1')  # killed while it wrote
    stands = run.read(journal)
    assert (stands.operations, stands.found, stands.is_right) == (110, 3, True)
    assert stands.worst[run.STREAM] == {"foreign": 9.0}

"""A short day of the seeded kind: everything happens, everything fails, and nothing differs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backoffice.core.actors import Actor
from backoffice.settings.env import AgentKey
from tests.cluster import Database
from tests.factories.servers import a_server
from tests.prove.day.inside import RESTARTS, Day
from trading.actions.verification import report, verifying
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Position

EVENTS = 350
SEED = 1


@pytest.fixture
def day(
    fresh_database: Database, redis_server: Any, tmp_path: Path, settings: Any
) -> Iterator[Day]:
    """A day on a server of its own, mirrored into a database of its own."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    server = a_server(timezone="Europe/Athens")
    day = Day(tmp_path, SEED, server.pk, fresh_database, redis_url=redis_server.url)
    registry.register(lambda address: day.gateway)
    yield day
    registry.register(RemoteGateway)


def compared(day: Day) -> verifying.Result:
    """Compare the whole book once, without waiting."""
    return verifying.verify_server(
        server_id=day.server_id, actor=Actor.system("day"), now=day.clock.time, patience_seconds=0
    )


def test_nothing_differs_after_a_day_of_faults(day: Day) -> None:
    """All twelve faults and every restart; once it is quiet the comparison finds nothing."""
    day.run(EVENTS)
    assert set(day.faults.struck) == {f"F-{number:02}" for number in range(1, 13)}
    assert set(day.restarts) == set(RESTARTS)
    day.quiet()
    result = compared(day)
    assert result.is_equal, "\n".join(report.lines(result))
    assert min(result.tally.theirs.values()) > 1
    assert day.hands.done.total() > EVENTS / 2

    # The positive control: a day is proved by a comparison that sees.
    Position.objects.filter(pk=Position.objects.order_by("pk")[0].pk).update(swap=77)
    assert [one.changes[0].field for one in compared(day).left] == ["swap"]

"""Two servers at once: the one that hangs says so, the other stays as fresh as it was.

On the way a comment in the first server's own code page goes from MetaTrader to PostgreSQL.
"""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backoffice.core import clock
from backoffice.settings.env import AgentKey
from tests.cluster import Database
from tests.factories import simulator
from tests.factories.agents import KEY, KEY_ID, agent_environment, an_agent_process, wait_until
from tests.factories.feeds import a_feed
from tests.factories.servers import ACTOR
from trading.actions import servers, sync
from trading.models import Position, Server, ServerState
from trading.queries import servers as known
from trading.states import LiveStatus

pytestmark = [
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MARKET = ("--accounts", "6", "--days", "3", "--hold-prices", "--no-terminals")
CYRILLIC = ("--code-page", "cp1251")
PATIENCE = 60


@dataclass
class Place:
    """A server of ours, and the MetaTrader behind it."""

    server: Server
    metatrader: simulator.Process

    def change(self, comment: str) -> int:
        """Rewrite the comment of an open ticket on the server; the ticket."""
        ticket: int = self.metatrader.direct().result("open_tickets")[0]
        self.metatrader.control().result("rewrite_comments", tickets=[ticket], comment=comment)
        return ticket

    def shows(self, ticket: int, comment: str) -> bool:
        """Whether the mirror has it."""
        ours = Position.objects.filter(server=self.server, ticket=ticket)
        return list(ours.values_list("comment", flat=True)) == [comment]

    @property
    def live(self) -> str:
        """What the feed says of the server."""
        return next(
            one.live_status for one in known.list_freshness() if one.server_id == self.server.pk
        )

    @property
    def status(self) -> str:
        """What the mirror's state says."""
        return str(ServerState.objects.get(pk=self.server.pk).status)


@pytest.fixture
def places(
    fresh_database: Database, redis_server: Any, settings: Any
) -> Iterator[tuple[Place, Place]]:
    """Two servers, each with MetaTrader and agent, and one feed for both."""
    codes = ("demo-1", "demo-2")
    settings.MT4_AGENT_KEYS = {code: AgentKey(KEY_ID, KEY) for code in codes}
    made = []
    with ExitStack() as stack:
        for code, more in zip(codes, (CYRILLIC, ()), strict=True):
            folder = Path(tempfile.mkdtemp(prefix="two-", dir="/tmp"))
            stack.callback(shutil.rmtree, folder)
            line = (*MARKET, "--seed", code[-1], *more)
            metatrader = stack.enter_context(simulator.running(folder, *line))
            environment = agent_environment(folder, folder / "mt4")
            address, _ = stack.enter_context(an_agent_process(environment))
            server = servers.register_server(
                code=code,
                name=code,
                kind="live",
                timezone="Europe/Athens",
                agent_url=address.url,
                actor=ACTOR,
                now=clock.now(),
            )
            made.append(Place(server, metatrader))
        stack.enter_context(a_feed(fresh_database, redis_server.url, *codes))
        yield made[0], made[1]


def test_a_server_that_hangs_takes_nothing_from_the_other(places: tuple[Place, Place]) -> None:
    hung, other = places
    for place in places:
        wait_until(lambda place=place: place.live == LiveStatus.LIVE, seconds=PATIENCE)
        wait_until(lambda place=place: place.status == "current", seconds=PATIENCE)
    ticket = hung.change("от #15 Ж")
    wait_until(lambda: hung.shows(ticket, "от #15 Ж"), seconds=PATIENCE)

    missed = hung.change("kept")
    wait_until(lambda: hung.shows(missed, "kept"), seconds=PATIENCE)
    hung.metatrader.child.send_signal(signal.SIGSTOP)
    try:
        wait_until(lambda: hung.live == LiveStatus.UNREACHABLE, seconds=PATIENCE)
        for number in range(3):
            comment = f"while it hangs {number}"
            ticket = other.change(comment)
            wait_until(lambda: other.shows(ticket, comment), seconds=PATIENCE)  # noqa: B023
        assert other.live == LiveStatus.LIVE
        assert sync.sync_server(server_id=other.server.pk, now=clock.now()).finished
        assert other.status == "current"
    finally:
        hung.metatrader.child.send_signal(signal.SIGCONT)
    ticket = hung.change("back")
    wait_until(lambda: hung.shows(ticket, "back"), seconds=PATIENCE)
    wait_until(lambda: hung.live == LiveStatus.LIVE, seconds=PATIENCE)

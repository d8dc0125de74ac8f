"""The whole way of a price: simulated MetaTrader, agent and feed (processes), Redis, PostgreSQL.

The feed is started before its server is known, loses Redis, the agent and itself, and says so.
"""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis

from backoffice.core import clock, live
from backoffice.settings.env import AgentKey
from tests.cluster import Database
from tests.factories import simulator
from tests.factories.agents import KEY, KEY_ID, agent_environment, an_agent_process, wait_until
from tests.factories.feeds import a_feed
from tests.factories.people import a_client, a_legal_entity
from tests.factories.servers import ACTOR
from trading.actions import gateways, servers, sync, trading_accounts
from trading.models import AccountFigures, BalanceRecord, Deal, Position, Server, TradingAccount
from trading.queries import servers as known

pytestmark = [
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MARKET = ("--seed", "7", "--accounts", "6", "--days", "3", "--hold-prices", "--no-terminals")


@dataclass
class World:
    """What runs, and the lines to it."""

    server: Server
    metatrader: simulator.Process
    agent_folder: Path
    database: Database
    redis: redis.Redis
    redis_url: str

    def frame(self, topic: str) -> dict[str, Any]:
        """Return the latest frame of a topic, or an empty one."""
        body: Any = self.redis.hget(*live.shelf(topic))
        return orjson.loads(body) if body else {}

    def status(self) -> str:
        """Return what the heartbeat says of the server."""
        data = self.frame(live.server(self.server.pk)).get("data", {})
        return str(data.get("status", ""))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder: the path of a local socket has room for 107 bytes."""
    path = Path(tempfile.mkdtemp(prefix="feed-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def world(
    folder: Path, fresh_database: Database, redis_server: Any, settings: Any
) -> Iterator[World]:
    """MetaTrader and its agent run; the server is registered."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey(KEY_ID, KEY)}
    environment = agent_environment(folder, folder / "mt4")
    with (
        simulator.running(folder, *MARKET) as metatrader,
        an_agent_process(environment) as (address, _),
        redis.Redis(unix_socket_path=str(redis_server.socket)) as connection,
    ):
        server = servers.register_server(
            code="demo-1",
            name="Demo One",
            kind="live",
            timezone="Europe/Athens",
            agent_url=address.url,
            actor=ACTOR,
            now=clock.now(),
        )
        yield World(server, metatrader, folder, fresh_database, connection, redis_server.url)


def test_mirror_is_the_server(world: World) -> None:
    """Everything that the server has is in the mirror, and a second pass changes nothing."""
    gateway = gateways.gateway_of(world.server)
    wait_until(lambda: sync.sync_server(server_id=world.server.pk, now=clock.now()).finished)
    standing = {one.ticket: one for one in gateway.open_trades()}
    assert set(Position.objects.values_list("ticket", flat=True)) == set(standing)
    told = {}
    cursor = "start"
    while cursor:
        page = gateway.trades(cursor="" if cursor == "start" else cursor)
        told.update({one.ticket: one for one in page.records})
        cursor = page.next_cursor
    closed = {t for t, one in told.items() if not one.is_open and not one.cmd.is_balance}
    money = {t: one.profit for t, one in told.items() if one.cmd.is_balance}
    assert set(Deal.objects.values_list("ticket", flat=True)) == closed
    assert dict(BalanceRecord.objects.values_list("ticket", "amount")) == money
    assert set(TradingAccount.objects.values_list("login", flat=True)) == set(gateway.logins())

    again = sync.sync_server(server_id=world.server.pk, now=clock.now()).tickets
    assert (again.positions.inserted, again.deals.inserted, again.balances.inserted) == (0, 0, 0)
    assert (again.closed, again.strangers) == (0, ())


def opened(world: World, login: int, volume: int) -> int:
    """Open a position by the client's terminal; return its ticket."""
    control = world.metatrader.control()
    answer = control.result("client_open", login=login, cmd=0, symbol="EURUSD", volume=volume)
    return int(answer["order"])


def an_account(world: World) -> TradingAccount:
    """Return a dollar account that may trade, bound to a client."""
    dollars = TradingAccount.objects.filter(currency="USD", enabled=True, read_only=False)
    account = dollars.order_by("-balance").first()
    assert account is not None
    client = a_client("Ada Example", entity=a_legal_entity())
    return trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=ACTOR, now=clock.now()
    )


def test_a_price_moves_equity_everywhere(world: World) -> None:
    """A quote in MetaTrader: frame, figures, client's total; to the cent as MetaTrader says."""
    wait_until(lambda: sync.sync_server(server_id=world.server.pk, now=clock.now()).finished)
    account = an_account(world)
    ticket = opened(world, account.login, 10)
    topic = live.account(account.pk)
    with a_feed(world.database, world.redis_url) as feed, world.redis.pubsub() as watching:
        watching.subscribe(live.channel(topic))
        wait_until(lambda: str(ticket) in world.frame(topic).get("data", {}).get("positions", {}))
        wait_until(lambda: world.status() == "live")
        wait_until(lambda: Position.objects.filter(ticket=ticket).exists())

        price = world.metatrader.control().result("set_quote", symbol="EURUSD", bid="1.31234")
        assert price["bid"] == "1.31234"
        wait_until(lambda: _heard(watching, ticket) == "1.31234")
        wait_until(
            lambda: world.frame(topic)["data"]["positions"][str(ticket)]["price"] == "1.31234"
        )
        truth = gateways.gateway_of(world.server).margin(login=account.login)
        data = world.frame(topic)["data"]
        assert Decimal(data["equity"]) == truth.equity
        assert Decimal(data["margin"]) == truth.margin
        assert Decimal(data["free_margin"]) == truth.free_margin
        assert Decimal(data["level"]) == truth.level_percent

        wait_until(lambda: _kept(account) == truth.equity)
        client_topic = live.client(account.client_id)
        wait_until(lambda: world.frame(client_topic)["data"]["equity"] == data["equity"])
        assert world.frame(client_topic)["data"]["accounts"] == 1

        world.metatrader.control().result("client_close", login=account.login, ticket=ticket)
        wait_until(lambda: Deal.objects.filter(ticket=ticket).exists())
        assert not Position.objects.filter(ticket=ticket).exists()
        wait_until(lambda: str(ticket) not in world.frame(topic)["data"]["positions"])

        feed.send_signal(signal.SIGTERM)
        assert feed.wait(20) == 0


def _heard(watching: Any, ticket: int) -> str:
    """Return the price of the ticket in the next published frame, or nothing."""
    message = watching.get_message(ignore_subscribe_messages=True, timeout=0.5)
    return _price(orjson.loads(message["data"]) if message else {}, ticket)


def _price(frame: dict[str, Any], ticket: int) -> str:
    positions = frame.get("data", {}).get("positions", {})
    return str(positions.get(str(ticket), {}).get("price", ""))


def _kept(account: TradingAccount) -> Decimal | None:
    return AccountFigures.objects.filter(account=account).values_list("equity", flat=True).first()


def test_the_heartbeat_tells_the_truth(world: World) -> None:
    """A server that is registered later is taken up; a lost MetaTrader is told of, and found."""
    with a_feed(world.database, world.redis_url):
        wait_until(lambda: world.status() == "live")
        world.metatrader.kill()
        wait_until(lambda: world.status() == "unreachable")
        (freshness,) = known.list_freshness()
        assert freshness.live_status == "unreachable"
        assert freshness.live_reason
        with simulator.running(world.agent_folder, "--hold-prices", "--no-terminals"):
            wait_until(lambda: world.status() == "live", seconds=40)


def test_redis_may_go_and_come_back(world: World, redis_server: Any) -> None:
    """The feed goes on writing figures; frames are back when Redis is."""
    wait_until(lambda: sync.sync_server(server_id=world.server.pk, now=clock.now()).finished)
    with a_feed(world.database, world.redis_url) as feed:
        wait_until(lambda: world.status() == "live")
        world.redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        world.redis.flushall()
        wait_until(lambda: world.status() == "live")
        assert feed.poll() is None
        account = an_account(world)
        opened(world, account.login, 5)
        wait_until(lambda: AccountFigures.objects.filter(account=account, positions__gt=0).exists())

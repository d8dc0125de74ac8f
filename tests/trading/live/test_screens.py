"""From boards to Redis: only what is watched, once per change, and the rest kept."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest
import redis.asyncio
from django.db import OperationalError

from backoffice.core import live
from tests.factories.market import NOON, a_group, a_quote, a_record, a_spec, a_trade
from trading.live import screens
from trading.live.board import Board
from trading.live.directory import Directory, Entry
from trading.live.screens import Screens
from trading.live.source import Source
from trading.live.store import Store
from trading.queries import quotes


def a_source() -> Source:
    """A server with two accounts of one client, 11 and 12; the first holds EURUSD."""
    source = Source(1, NOON)
    board = Board([a_spec("EURUSD", "EUR", "USD")], [a_group()])
    board.put_account(a_record(1))
    board.put_account(a_record(2))
    board.put_trade(a_trade(5, 1))
    board.put_quote(a_quote("EURUSD", "1.10000", "1.10010"))
    source.directory = Directory({1: Entry(11, 3, Decimal(500)), 2: Entry(12, 3, Decimal(0))})
    source.replace_board(board)
    source.hear(NOON, is_ping=False)
    return source


class Stage:
    """Screens over one source, and somebody who listens."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[Any] = []
        monkeypatch.setattr(screens, "_written", lambda *told: self.rows.append(told))
        monkeypatch.setattr(screens, "REPEAT_SECONDS", 3600.0)
        self.source = a_source()
        self.store = Store(url)
        self.redis = redis.asyncio.Redis.from_url(url)
        self.screens = Screens(store=self.store, sources={1: self.source}, reporting_currency="USD")

    async def kept(self, topic: str) -> Any:
        """Return the kept frame of a topic."""
        body: Any = await self.redis.hget(*live.shelf(topic))
        return None if body is None else orjson.loads(body)


def play(
    url: str, monkeypatch: pytest.MonkeyPatch, story: Callable[[Stage, Any], Awaitable[None]]
) -> Stage:
    """Run a story with a listener, and close what was opened."""
    stages: list[Stage] = []

    async def whole() -> None:
        stage = Stage(url, monkeypatch)
        stages.append(stage)
        async with stage.redis.pubsub() as listener:
            await story(stage, listener)
        await stage.screens.close()
        await stage.store.close()
        await stage.redis.aclose()

    asyncio.run(whole())
    return stages[0]


async def heard(listener: Any) -> list[Any]:
    """Return what was published since."""
    found = []
    while (message := await listener.get_message(timeout=0.2)) is not None:
        if message["type"] == "message":
            found.append(orjson.loads(message["data"]))
    return found


def test_only_the_watched_is_sent_and_everything_kept(
    redis_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten ticks between two turns are one frame; of the other account none."""

    async def story(stage: Stage, listener: Any) -> None:
        await listener.subscribe(live.channel("account:11"))
        await stage.screens.draw()
        (first,) = await heard(listener)
        assert first["data"]["equity"] == "1000.00"
        for points in range(10):
            stage.source.board.put_quote(a_quote("EURUSD", f"1.1000{points}", "1.2"))
        await stage.screens.draw()
        (second,) = await heard(listener)
        assert second["data"]["equity"] == "1009.00"
        assert second["seq"] > first["seq"]
        await stage.screens.draw()
        assert await heard(listener) == []
        assert (await stage.kept("account:12"))["data"]["equity"] == "1000.00"
        assert (await stage.kept("client:3"))["data"] == {
            "equity": "2000.00",
            "currency": "USD",
            "accounts": 2,
            "stale": 0,
        }
        assert (await stage.kept("server:1"))["data"]["status"] == "live"

    stage = play(redis_server.url, monkeypatch, story)
    rows = {account_id: figures.equity for told in stage.rows for account_id, figures, _ in told[0]}
    assert rows == {11: Decimal(1009), 12: Decimal(1000)}
    (*_, latest) = stage.rows
    (client,) = latest[1]
    assert (client.equity, client.net_deposits) == (Decimal(2009), Decimal(500))


def test_a_lost_server_sends_no_figures(redis_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its heartbeat says why and since when; its client's total stands as it was, all stale."""

    async def story(stage: Stage, listener: Any) -> None:
        await listener.subscribe(live.channel("account:11"), live.channel("client:3"))
        stage.source.lose("The agent is gone.", NOON)
        await stage.screens.draw()
        (total,) = await heard(listener)
        assert total["data"] == {"equity": "2000.00", "currency": "USD", "accounts": 2, "stale": 2}
        beat = (await stage.kept("server:1"))["data"]
        assert (beat["status"], beat["reason"]) == ("unreachable", "The agent is gone.")
        assert beat["since"] == int(NOON.timestamp() * 1000)
        stage.source.hear(NOON, is_ping=True)
        assert stage.source.status == "live"
        stage.source.lose_pump("No pump.", NOON)
        stage.source.hear(NOON, is_ping=True)  # the agent lives, MetaTrader is still gone
        assert stage.source.status == "unreachable"

    play(redis_server.url, monkeypatch, story)


def test_without_redis_figures_are_still_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turns go on; what could not be kept waits."""

    async def whole() -> Stage:
        stage = Stage("unix:///nowhere/redis", monkeypatch)
        for _ in range(3):
            await stage.screens.draw()
        await stage.screens.close()
        await stage.store.close()
        return stage

    stage = asyncio.run(whole())
    assert not stage.store.is_up
    assert {row[0] for told in stage.rows for row in told[0]} == {11, 12}


def test_figures_are_written_in_parts_and_what_failed_is_written_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A big server's figures leave room for its stream; a lost database loses none of them."""
    tries: list[list[int]] = []

    async def whole() -> None:
        stage = Stage("unix:///nowhere/redis", monkeypatch)
        monkeypatch.setattr(screens, "AT_ONCE", 1)

        def written(rows: Any, clients: Any) -> None:
            tries.append([row[0] for row in rows])
            if len(tries) == 2:
                raise OperationalError("PostgreSQL is away")

        monkeypatch.setattr(screens, "_written", written)
        stage.screens._changes()
        await stage.screens._record()
        await stage.screens._record()
        await stage.store.close()
        await stage.redis.aclose()

    asyncio.run(whole())
    assert tries == [[11], [12], [12]]


def test_quotes_of_currency_pairs_are_kept_for_conversions(
    redis_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(stage: Stage, listener: Any) -> None:
        await stage.screens.draw()

    play(redis_server.url, monkeypatch, story)

    (pair,) = quotes.pairs_of(1)
    assert (pair.symbol, pair.base, pair.other) == ("EURUSD", "EUR", "USD")
    assert (pair.bid, pair.ask) == (Decimal("1.10000"), Decimal("1.10010"))

"""What the server tells unasked, the same for every engine."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from tests.factories.dealer import Dealer
from tests.factories.engines import Bench
from trading.gateway.port import News
from trading.terms import LevelType, Passage

pytestmark = pytest.mark.processes

SECONDS = 40


class Ear:
    """Hears the stream of a gateway in a thread of its own."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self._heard: Queue[News] = Queue()
        self._end = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_until_complete, args=(self._listen(),))
        self._thread.start()
        self.until(lambda news: news.kind == "snapshot_start")

    async def _listen(self) -> None:
        stream = self._gateway.stream()
        telling = asyncio.create_task(self._tell(stream))
        ended = asyncio.create_task(self._end.wait())
        await asyncio.wait({telling, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in (telling, ended):
            task.cancel()
        await asyncio.gather(telling, ended, return_exceptions=True)

    async def _tell(self, stream: Any) -> None:
        async with contextlib.aclosing(stream):
            async for news in stream:
                self._heard.put(news)

    def until(self, wanted: Callable[[News], Any]) -> News:
        """Return the first news from now on that is wanted."""
        try:
            while not wanted(news := self._heard.get(timeout=SECONDS)):
                pass
        except Empty:
            raise AssertionError("the stream did not tell of it in time") from None
        return news

    def close(self) -> None:
        """Hear no more."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(SECONDS)
        self._loop.close()


@pytest.fixture
def ear(bench: Bench) -> Iterator[Ear]:
    """Somebody who listens."""
    listener = Ear(bench.gateway)
    yield listener
    listener.close()


@pytest.mark.verbs("stream")
def test_accounts_are_told_of_when_they_come_change_and_go(
    bench: Bench, ear: Ear, login: int, passage: Callable[[], Passage]
) -> None:
    new = ear.until(lambda news: news.account and news.account.login == login)
    assert new.kind == "account"
    done = bench.gateway.set_leverage(passage=passage(), login=login, leverage=77)
    told = ear.until(lambda news: news.account and news.account.leverage == 77)
    assert told.account == done.account
    bench.gateway.delete_account(passage=passage(), login=login)
    assert ear.until(lambda news: news.login == login).kind == "account_delete"


@pytest.mark.verbs("stream")
def test_trades_are_told_of_from_opening_to_closing(ear: Ear, dealer: Dealer) -> None:
    def told(kind: str, ticket: int) -> Any:
        news = ear.until(
            lambda one: (
                one.kind == kind and ticket in (one.ticket, one.trade.ticket if one.trade else 0)
            )
        )
        return news.trade

    opened = dealer.open()
    assert told("trade_open", opened.ticket) == opened.record
    stops = {"stop_loss": dealer.bid - Decimal("0.02"), "take_profit": Decimal(0)}
    changed = dealer.tell("modify_trade", ticket=opened.ticket, price=dealer.ask, **stops)
    assert told("trade_update", opened.ticket) == changed.record
    part = {"ticket": opened.ticket, "volume_hundredths": 5, "price": dealer.bid}
    closed = dealer.tell("close_trade", **part)
    assert told("trade_open", closed.remainder).comment == f"from #{opened.ticket}"
    assert told("trade_close", opened.ticket) == closed.record
    order = dealer.pending().ticket
    dealer.tell("delete_order", ticket=order)
    told("trade_delete", order)


@pytest.mark.verbs("stream")
def test_clients_are_told_of_when_they_come_and_go(bench: Bench, ear: Ear, login: int) -> None:
    bench.sign_in(login, "198.51.100.20")
    came = ear.until(lambda news: news.online and news.online.login == login)
    assert came.online is not None
    assert (came.kind, came.online.ip) == ("online", "198.51.100.20")
    bench.sign_out(login)
    assert ear.until(lambda news: news.login == login).kind == "offline"


@pytest.mark.verbs("stream", "margin")
def test_quotes_and_the_margin_calls_they_bring_are_told_of(
    bench: Bench, ear: Ear, dealer: Dealer
) -> None:
    """2 lots at 1:100 against 5,000.00 dollars: a fall of 150 points takes 3,000.00 of them."""
    bid, spread = dealer.bid, dealer.ask - dealer.bid
    dealer.open(volume=200)
    low = bid - Decimal("0.01500")
    try:
        bench.set_quote("EURUSD", str(low), str(low + spread))
        told = ear.until(lambda news: news.quote and news.quote.symbol == "EURUSD")
        assert told.quote is not None
        assert (told.quote.bid, told.quote.ask) == (low, low + spread)
        called = ear.until(lambda news: news.margin and news.margin.login == dealer.login)
        assert called.kind == "margin_call"
        assert called.margin is not None
        assert called.margin.level_type is LevelType.MARGIN_CALL
        assert called.margin == dealer.gateway.margin(login=dealer.login)
    finally:
        bench.set_quote("EURUSD", str(bid), str(bid + spread))
    over = ear.until(lambda news: news.margin and news.margin.login == dealer.login)
    assert over.margin is not None
    assert over.margin.level_type is LevelType.OK

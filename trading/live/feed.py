"""The feed: one listener per MetaTrader server, from its stream to board, mirror and screens.

A listener connects, takes a snapshot, then follows the stream; when the way is lost it says so,
waits a little longer each time, and goes on from the frame it had. Nothing here writes business
rows: what changed is handed to `on_change`, which the composer gives.
"""

import asyncio
import math
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Protocol

import structlog
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from backoffice.core import clock
from trading.gateway.errors import GatewayError, Unavailable
from trading.gateway.port import Gateway, News
from trading.live import directory
from trading.live.board import Board
from trading.live.screens import Screens
from trading.live.source import Source
from trading.live.store import Store
from trading.models import Server

LOOK_SECONDS = 2.0  # how soon a new row of `Server` is taken up
BATCH_SECONDS = 0.2
SILENCE_SECONDS = 15.0  # a stream that says nothing for so long is dead: agents ping
DIRECTORY_SECONDS = 10.0
SETTINGS_SECONDS = 300.0  # how often symbols and groups are compared: they send no news
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
MOST_NEWS = 5000  # more than this, and than the server has rows: reading it anew is less work
THREADS = 3  # of each server: its feed, its mirror and whose its logins are
BREAKS = frozenset({"snapshot_start", "gap", "start"})
#: What neither board nor mirror keeps.
UNKEPT = frozenset({"ping", "online", "offline", "margin_call"})

log = structlog.get_logger(__name__)


class OnChange(Protocol):
    """What takes accounts and trades that changed, in their order."""

    def __call__(self, *, server_id: int, news: Sequence[News], now: datetime) -> Any: ...


async def run(
    *,
    on_change: OnChange,
    gateway_of: Callable[[Server], Gateway],
    redis_url: str,
    reporting_currency: str,
    stop: asyncio.Event,
) -> None:
    """Feed every active server until `stop` is set; servers come and go while it runs."""
    store = Store(redis_url)
    listeners: dict[int, Listener] = {}
    screens = Screens(store=store, sources=listeners, reporting_currency=reporting_currency)
    drawing = Loop("screens", screens.draw)
    try:
        while not stop.is_set():
            await _look_around(listeners, on_change, gateway_of)
            await _pause(stop, LOOK_SECONDS)
    finally:
        await drawing.stop()
        for listener in listeners.values():
            await listener.stop()
        await screens.close()
        await store.close()


class Listener(Source):
    """Follows one server. Its board is read by the screens; its news go to the mirror."""

    def __init__(
        self, server: Server, gateway_of: Callable[[Server], Gateway], on_change: OnChange
    ) -> None:
        super().__init__(server.pk, clock.now())
        self.server = server
        self._gateway_of = gateway_of
        self._on_change = on_change
        self._news: list[News] = []
        self._number = 0
        self._loading: asyncio.Task[None] | None = None
        self._meanwhile: list[News] = []
        self._failures = 0
        self._is_whole = False
        self._settings_at = -math.inf
        self._owners_wanted = asyncio.Event()
        self._unlisted: set[str] = set()
        # Threads of its own: a server that hangs holds those of no other.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"feed-{server.code}")
        self._loops = [
            Loop(f"feed of {server.code}", self._follow),
            Loop(f"mirror of {server.code}", self._mirror),
            Loop(f"owners of {server.code}", self._owners),
        ]

    async def stop(self) -> None:
        """Stop following; what is being written is written."""
        for loop in self._loops:
            await loop.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[..., Any], *args: Any, **values: Any) -> Any:
        return await in_thread(self._threads, work, *args, **values)

    # -- from the stream to the board -----------------------------------------------------------
    async def _follow(self) -> None:
        """Connect and follow until the way is lost; then wait."""
        try:
            gateway = await self._in_thread(self._gateway_of, self.server)
            await self._listen(gateway)
        except GatewayError as reason:
            self.lose(str(reason), clock.now())
        except Exception as reason:
            self.lose(str(reason) or type(reason).__name__, clock.now())
            log.exception("feed_failed", server=self.server.code)
        self._failures += 1
        longest = min(FIRST_PAUSE_SECONDS * 2 ** min(self._failures, 10), LONGEST_PAUSE_SECONDS)
        await asyncio.sleep(longest * (500 + secrets.randbelow(500)) / 1000)

    async def _listen(self, gateway: Gateway) -> None:
        """Follow the stream to its end; Unavailable when it falls silent."""
        stream = gateway.stream(resume_after=self._number)
        try:
            while True:
                async with asyncio.timeout(SILENCE_SECONDS):
                    news = await anext(stream)
                self._reload_if_needed(gateway, news)
                self._take(news)
                self._failures = 0
        except StopAsyncIteration:
            raise Unavailable("The agent ended the stream.") from None
        except TimeoutError:
            raise Unavailable(f"The agent said nothing for {SILENCE_SECONDS:.0f} s.") from None
        finally:
            self._stop_loading()
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()

    def _reload_if_needed(self, gateway: Gateway, news: News) -> None:
        """Begin to read the whole server where it is due; raise what went wrong with it."""
        loading = self._loading
        if loading is not None and loading.done():
            loading.result()
            self._loading = None
        if news.kind in BREAKS:
            self._stop_loading()
        if self._loading is None and (due := self._due(news)) is not None:
            self._meanwhile = []
            self._loading = asyncio.create_task(due(gateway))

    def _due(self, news: News) -> Callable[[Gateway], Coroutine[Any, Any, None]] | None:
        """Return what has to be read of the server now, if anything."""
        if news.kind in BREAKS or not self._is_whole or self._is_of_new_group(news):
            return self._load
        if time.monotonic() - self._settings_at > SETTINGS_SECONDS:
            return self._compare
        return None

    def _is_of_new_group(self, news: News) -> bool:
        """Return whether an account is in a group that was not heard of before."""
        if news.account is None or news.account.group in self.board.groups:
            return False
        first_time = news.account.group not in self._unlisted
        self._unlisted.add(news.account.group)
        return first_time

    def _stop_loading(self) -> None:
        """Forget a reading that is under way or has failed; a whole one is due then."""
        if self._loading is not None:
            self._loading.cancel()
            self._loading, self._is_whole = None, False

    async def _compare(self, gateway: Gateway) -> None:
        """Read symbols and groups, which send no news; the whole server where they changed."""
        board = await self._in_thread(lambda: Board(gateway.symbols(), gateway.groups()))
        if (board.specs, board.groups) != (self.board.specs, self.board.groups):
            await self._load(gateway)
        self._settings_at = time.monotonic()

    async def _load(self, gateway: Gateway) -> None:
        """Put the whole server on a new board, and on it what the stream told meanwhile.

        The stream goes on: a big server takes a while to read, and the mirror waits for nothing.
        """
        board = await self._in_thread(snapshot, gateway)
        await self._read_owners()
        for news in self._meanwhile:
            _show(board, news)
        self.replace_board(board)
        self._is_whole, self._settings_at = True, time.monotonic()
        if self._meanwhile:
            self.hear(self._meanwhile[-1].at, is_ping=False)

    def _take(self, news: News) -> None:
        """Put one piece of news on the board, and keep what the mirror has to know."""
        self._number = max(self._number, news.number)
        if news.kind == "stop":
            self.lose_pump("MetaTrader stopped speaking to its agent.", clock.now())
            return
        if self._loading is not None:
            self._meanwhile.append(news)
        if self.is_loaded:
            self.hear(news.at, is_ping=news.kind == "ping")
            _show(self.board, news)
        if news.quote is None and news.kind not in UNKEPT:
            self._news.append(news)

    # -- from the stream to the mirror ----------------------------------------------------------
    async def _mirror(self) -> None:
        """Hand over what changed, in batches; keep it until it was taken."""
        await asyncio.sleep(BATCH_SECONDS)
        batch = self._news[:]
        taken = len(batch)
        if taken > max(MOST_NEWS, self.board.rows):
            batch = [News(number=self._number, kind="gap", at=batch[-1].at)]
        if batch:
            change = self._on_change
            await self._in_thread(change, server_id=self.server_id, news=batch, now=clock.now())
            del self._news[:taken]
        if any(map(self._concerns_directory, batch)):
            self._owners_wanted.set()

    # -- whose the logins are -------------------------------------------------------------------
    async def _owners(self) -> None:
        """Read whose the logins are now and then, beside the mirror: of many it takes seconds."""
        try:
            async with asyncio.timeout(DIRECTORY_SECONDS):
                await self._owners_wanted.wait()
        except TimeoutError:
            pass
        self._owners_wanted.clear()
        await self._read_owners()

    async def _read_owners(self) -> None:
        """Read whose the logins are. The same answer keeps the old one: nothing is drawn anew."""
        self.directory = await self._in_thread(directory.read, self.server_id, self.directory)

    def _concerns_directory(self, news: News) -> bool:
        if news.trade is not None and news.trade.cmd.is_balance:
            return True
        return news.account is not None and news.account.login not in self.directory


def _show(board: Board, news: News) -> None:
    """Put one piece of news on a board."""
    if news.quote is not None:
        board.put_quote(news.quote)
    if news.account is not None:
        board.put_account(news.account)
    if news.kind == "trade_delete":
        board.drop_trade(news.ticket)
    elif news.trade is not None:
        board.put_trade(news.trade)


def snapshot(gateway: Gateway) -> Board:
    """Ask a server everything that a board shows. Unavailable when it does not answer."""
    board = Board(gateway.symbols(), gateway.groups())
    cursor, more = "", True
    while more:
        page = gateway.accounts(cursor=cursor)
        for record in page.records:
            board.put_account(record)
        cursor = page.next_cursor
        more = bool(cursor)
    for trade in gateway.open_trades():
        board.put_trade(trade)
    for quote in gateway.quotes():
        board.put_quote(quote)
    board.settle()
    return board


async def in_thread(
    threads: ThreadPoolExecutor | None, work: Callable[..., Any], *args: Any, **values: Any
) -> Any:
    """Do blocking work in one of these threads, on a database connection of its own."""

    def done() -> Any:
        close_old_connections()
        try:
            return work(*args, **values)
        finally:
            close_old_connections()

    return await sync_to_async(done, thread_sensitive=False, executor=threads)()


async def _look_around(
    listeners: dict[int, Listener], on_change: OnChange, gateway_of: Callable[[Server], Gateway]
) -> None:
    """Take up servers that are new or moved, and leave those that are gone."""
    try:
        active: Mapping[int, Server] = {
            server.pk: server for server in await in_thread(None, directory.active_servers)
        }
    except Exception:
        log.exception("servers_not_read")  # PostgreSQL is away: go on with those we have
        return
    for server_id, listener in list(listeners.items()):
        server = active.get(server_id)
        if server is None or server.agent_url != listener.server.agent_url:
            await listeners.pop(server_id).stop()
    for server_id, server in active.items():
        if server_id not in listeners:
            listeners[server_id] = Listener(server, gateway_of, on_change)


class Loop:
    """One step, repeated until it is stopped; a step that fails is told of, and repeated later."""

    def __init__(self, name: str, step: Callable[[], Any]) -> None:
        self._name = name
        self._step = step
        self._is_stopping = False
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Interrupt the step; a library that swallows the interruption ends with its step."""
        self._is_stopping = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._is_stopping:
            try:
                await self._step()
            except Exception:
                log.exception("step_failed", step=self._name)
                await asyncio.sleep(1)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

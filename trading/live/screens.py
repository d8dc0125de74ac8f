"""From the boards to the screens: four times a second what changed and is watched, and no more.

Ticks in between are conflated. Of what nobody watches only the latest is kept, in Redis at most
once a second and in PostgreSQL at most every five.
"""

import asyncio
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, close_old_connections

from backoffice.core import clock, live
from crm.actions.figures import Figures as ClientFigures
from trading.live import frames, keeping, totals
from trading.live.figures import Figures
from trading.live.index import Index, Place
from trading.live.source import Source
from trading.live.store import Store

DRAW_SECONDS = 0.25
REPEAT_SECONDS = 1.0  # what is watched is sent so often even when it stands still: it is still true
KEPT_A_SECOND = 2000
RECORD_SECONDS = 5.0
#: So many accounts are reckoned, and written, before the streams of the servers are heard again.
AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass
class _Turn:
    """Which accounts wait to be kept in Redis, and which in PostgreSQL; the oldest first."""

    keep: dict[Place, None]
    record: dict[Place, None]


class Screens:
    """Draws the boards of all sources; `draw()` is one turn."""

    def __init__(
        self, *, store: Store, sources: Mapping[int, Source], reporting_currency: str
    ) -> None:
        self._store = store
        self._sources = sources
        self._reporting = reporting_currency
        self._numbers = frames.numbers(clock.now())
        self._index = Index()
        self._waiting = _Turn({}, {})
        self._sent: dict[str, float] = {}
        self._beaten = self._recorded = -math.inf
        self._recording: asyncio.Task[None] | None = None

    async def draw(self) -> None:
        """Send what changed and is watched; beat, keep and record when it is time."""
        began = time.monotonic()
        changed = self._changes()
        watched = await self._store.watched()
        await self._store.publish(self._drawn(watched, changed, began))
        if began - self._beaten >= REPEAT_SECONDS:
            self._beaten = began
            await self._beat()
            await self._keep()
        if began - self._recorded >= RECORD_SECONDS and self._recording is None:
            self._recorded = began
            self._recording = asyncio.create_task(self._record())
        await asyncio.sleep(max(0.0, DRAW_SECONDS - (time.monotonic() - began)))

    async def close(self) -> None:
        """Record what waits, once."""
        if self._recording is not None:
            await self._recording
        self._changes()
        await self._record()

    # -- what changed, what is watched ----------------------------------------------------------
    def _changes(self) -> set[Place]:
        changed = {
            (server_id, login)
            for server_id, source in self._sources.items()
            for login in source.take_changed()
        }
        self._waiting.keep.update(dict.fromkeys(changed))
        self._waiting.record.update(dict.fromkeys(changed))
        return changed

    def _drawn(
        self, watched: Iterable[str], changed: set[Place], moment: float
    ) -> dict[str, bytes]:
        """Return the frames of watched topics that changed, or were not sent for a second."""
        topics = set(watched)
        self._sent = {topic: sent for topic, sent in self._sent.items() if topic in topics}
        places, households = self._index.read(self._sources)
        drawn: dict[str, bytes] = {}
        for topic in topics:
            kind, _, key = topic.partition(":")
            if not key.isdecimal():
                continue
            due = moment - self._sent.get(topic, -math.inf) >= REPEAT_SECONDS
            place, home = places.get(int(key)), households.get(int(key))
            if kind == "account" and place and (due or place in changed):
                if self._sources[place[0]].is_fresh:
                    drawn[topic] = self._account_frame(topic, place)
            elif kind == "client" and home and (due or changed & set(home)):
                drawn[topic] = self._client_frame(topic, home)
        self._sent.update(dict.fromkeys(drawn, moment))
        return drawn

    # -- frames ---------------------------------------------------------------------------------
    def _account_frame(self, topic: str, place: Place) -> bytes:
        source = self._sources[place[0]]
        data = frames.account_data(source.board.figures(place[1]), source.board.positions(place[1]))
        return frames.frame(topic, next(self._numbers), source.at, clock.now(), data)

    def _client_frame(self, topic: str, home: list[Place]) -> bytes:
        # Accounts of a lost server are left out; where nothing is heard of any, the last known sum
        # stands and grows old: nought would be a lie.
        sources = [self._sources[place[0]] for place in home]
        is_heard = any(source.is_fresh for source in sources)
        whole = totals.total(self._parts(home), self._reporting, fresh_only=is_heard)
        at = max(source.at for source in sources)
        data = {
            "equity": f"{whole.equity:f}",
            "currency": self._reporting,
            "accounts": whole.accounts,
            "stale": whole.stale if is_heard else whole.accounts,
        }
        return frames.frame(topic, next(self._numbers), at, clock.now(), data)

    def _parts(self, home: Iterable[Place]) -> list[totals.Part]:
        found = []
        for server_id, login in home:
            source = self._sources[server_id]
            board = source.board
            found.append(
                totals.part(
                    board.figures(login),
                    source.rates,
                    self._reporting,
                    cent_factor=board.cent_factor(login),
                    net_deposits=source.directory[login].net_deposits,
                    is_fresh=source.is_fresh,
                )
            )
        return found

    async def _beat(self) -> None:
        """Send and keep every server's heartbeat."""
        now = clock.now()
        beats = {}
        for server_id, source in self._sources.items():
            since = None if source.since is None else frames.milliseconds(source.since)
            data = {"status": source.status.value, "reason": source.reason, "since": since}
            topic = live.server(server_id)
            beats[topic] = frames.frame(topic, next(self._numbers), source.at, now, data)
        await self._store.publish(beats)
        await self._store.keep({**beats, **self._quotes(now)})

    def _quotes(self, now: datetime) -> dict[str, bytes]:
        """Return what every fresh server quotes for currencies: conversions go by it."""
        return {
            topic: frames.frame(topic, next(self._numbers), source.at, now, data)
            for server_id, source in self._sources.items()
            if source.is_fresh
            and (data := frames.quotes_data(source.board.specs, source.board.quotes))
            and (topic := live.quotes(server_id))
        }

    # -- what is kept ---------------------------------------------------------------------------
    def _entry(self, place: Place) -> tuple[Source, int] | None:
        """Return the source of a place and our key of its account, while both are known."""
        source = self._sources.get(place[0])
        if source is None or place[1] not in source.directory:
            return None
        if not source.board.knows(place[1]):
            return None
        return source, source.directory[place[1]].account_id

    async def _keep(self) -> None:
        """Keep the latest frames of accounts that changed, and of their clients."""
        batch = list(self._waiting.keep)[:KEPT_A_SECOND]
        kept: dict[str, bytes] = {}
        for part in _parted(batch):
            for place in part:
                if (entry := self._entry(place)) is not None:
                    topic = live.account(entry[1])
                    kept[topic] = self._account_frame(topic, place)
            for client_id, home in self._homes_of(part).items():
                topic = live.client(client_id)
                kept[topic] = self._client_frame(topic, home)
            await asyncio.sleep(0)
        if await self._store.keep(kept):
            self._forget(self._waiting.keep, batch)

    async def _record(self) -> None:
        """Write the figures of accounts that changed, and their clients' totals, to PostgreSQL."""
        batch = list(self._waiting.record)
        self._waiting.record.clear()
        written = 0
        try:
            for part in _parted(batch):
                rows, clients = self._figures(part)
                if rows:
                    await sync_to_async(_written, thread_sensitive=False)(rows, clients)
                written += len(part)
                await asyncio.sleep(0)
        except (DatabaseError, InterfaceError) as reason:
            log.warning("figures_not_written", reason=str(reason))
            self._waiting.record = {**dict.fromkeys(batch[written:]), **self._waiting.record}
        finally:
            self._recording = None

    def _figures(
        self, batch: list[Place]
    ) -> tuple[list[tuple[int, Figures, datetime]], list[ClientFigures]]:
        """Return the rows of these accounts and of their clients, as of now."""
        rows = []
        for place in batch:
            if (entry := self._entry(place)) is not None:
                source, account_id = entry
                rows.append((account_id, source.board.figures(place[1]), source.at))
        homes = self._homes_of(batch).items()
        return rows, [self._client_row(client_id, home) for client_id, home in homes]

    def _homes_of(self, batch: list[Place]) -> dict[int, list[Place]]:
        """Return the households in which one of these accounts is."""
        wanted = set()
        for server_id, login in batch:
            source = self._sources.get(server_id)
            entry = None if source is None else source.directory.get(login)
            if entry is not None and entry.client_id is not None:
                wanted.add(entry.client_id)
        _, households = self._index.read(self._sources)
        return {client_id: households[client_id] for client_id in wanted & set(households)}

    def _client_row(self, client_id: int, home: list[Place]) -> ClientFigures:
        whole = totals.total(self._parts(home), self._reporting, fresh_only=False)
        return ClientFigures(
            client_id=client_id,
            currency=self._reporting,
            equity=whole.equity,
            balance=whole.balance,
            net_deposits=whole.net_deposits,
            accounts_count=whole.accounts,
            open_lots_hundredths=whole.volume_hundredths,
        )

    @staticmethod
    def _forget(waiting: dict[Place, None], batch: Iterable[Place]) -> None:
        for place in batch:
            waiting.pop(place, None)


def _parted(batch: list[Place]) -> Iterator[list[Place]]:
    for start in range(0, len(batch), AT_ONCE):
        yield batch[start : start + AT_ONCE]


def _written(rows: list[tuple[int, Figures, datetime]], clients: list[ClientFigures]) -> None:
    close_old_connections()
    try:
        keeping.record(rows, clients, clock.now())
    finally:
        close_old_connections()

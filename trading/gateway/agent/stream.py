"""What MetaTrader tells unasked: engine news as numbered frames, with a window to resume from.

Numbers only rise, also over restarts of the agent, since the first one is the time of its start. Of
a symbol's quotes only the latest is kept, so a slow reader skips quotes (numbers have holes) and
nothing else; when frames he has not read leave the window he is told `gap` and has to reconcile.
"""

import asyncio
import logging
import threading
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

from trading.gateway import wire
from trading.gateway.agent.engine import BlockedError, Engine, LinkError, Pump
from trading.gateway.agent.pauses import Pauses
from trading.gateway.port import News

log = logging.getLogger(__name__)

FRAMES_A_MESSAGE = 500
_BREATH = 0.1  # seconds between two attempts to pump, whatever the pauses say

Frame = tuple[int, bytes]


def first_number(started_at: datetime) -> int:
    """Return the number that the frames of an agent started then begin after."""
    return (started_at - datetime(1970, 1, 1, tzinfo=UTC)) // datetime.resolution


class Window:
    """The latest frames: `kept` of everything but quotes, and the latest quote of each symbol.

    It is used in the event loop's thread only.
    """

    def __init__(self, *, started_at: datetime, kept: int) -> None:
        self.newest = self._lost_to = self._first = first_number(started_at)
        self._kept = kept
        self._numbers: list[int] = []
        self._frames: list[bytes] = []
        self._quotes: dict[str, Frame] = {}
        self._waiting: set[asyncio.Event] = set()

    def add(self, many: tuple[News, ...]) -> None:
        """Number the news and wake the readers."""
        for news in many:
            self.newest += 1
            frame = wire.encode_news(replace(news, number=self.newest))
            if news.quote is not None:
                self._quotes.pop(news.quote.symbol, None)  # so that it stands at the end again
                self._quotes[news.quote.symbol] = (self.newest, frame)
            else:
                self._numbers.append(self.newest)
                self._frames.append(frame)
        if len(self._numbers) > 2 * self._kept:
            surplus = len(self._numbers) - self._kept
            self._lost_to = self._numbers[surplus - 1]
            del self._numbers[:surplus], self._frames[:surplus]
        for waiter in self._waiting:
            waiter.set()

    def begin(self, resume_after: int, now: datetime) -> tuple[int, bytes | None]:
        """Return where a reader goes on, and the frame that tells him what happened before."""
        if resume_after == 0:
            return self.newest, self._mark("snapshot_start", self.newest, now)
        if not self._first <= resume_after <= self.newest:
            return self.newest, self._mark("gap", self.newest, now)
        return resume_after, None

    def after(self, number: int, now: datetime) -> list[Frame]:
        """Return the next frames after a number, oldest first, at most FRAMES_A_MESSAGE."""
        frames: list[Frame] = []
        if number < self._lost_to:
            number = self._lost_to
            frames.append((number, self._mark("gap", number, now)))
        start = bisect_right(self._numbers, number)
        stop = start + FRAMES_A_MESSAGE
        frames += zip(self._numbers[start:stop], self._frames[start:stop], strict=True)
        for frame in reversed(self._quotes.values()):
            if frame[0] <= number:
                break
            frames.append(frame)
        return sorted(frames)[:FRAMES_A_MESSAGE]

    async def grown(self, number: int, seconds: float) -> bool:
        """Wait until there is a frame after the number; return False when none came in time."""
        if self.newest > number:
            return True
        awake = asyncio.Event()
        self._waiting.add(awake)
        try:
            async with asyncio.timeout(seconds):
                await awake.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(awake)
        return True

    @staticmethod
    def _mark(kind: str, number: int, now: datetime) -> bytes:
        return wire.encode_news(News(number=number, kind=kind, at=now))

    def ping(self, number: int, now: datetime) -> bytes:
        """Return the frame that says: nothing new after this number, but I live."""
        return self._mark("ping", number, now)


async def messages(
    window: Window, *, resume_after: int, ping_seconds: float, now: Callable[[], datetime]
) -> AsyncIterator[bytes]:
    """Yield the messages for one reader: lists of frames; a ping when there is nothing to say."""
    number, first = window.begin(resume_after, now())
    if first is not None:
        yield b"[" + first + b"]"
    while True:
        if not await window.grown(number, ping_seconds):
            yield b"[" + window.ping(number, now()) + b"]"
            continue
        frames = window.after(number, now())
        if not frames:
            number = window.newest
            continue
        number = frames[-1][0]
        yield b"[" + b",".join(frame for _, frame in frames) + b"]"


class Listener:
    """Keeps one pumping connection open, in a thread of its own, and passes on what it tells.

    Whenever it begins to pump its readers hear `gap`, the first time too: nobody told them what
    happened before. When the pump is lost, for whatever reason, they hear `stop`.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        tell: Callable[[tuple[News, ...]], object],
        pauses: Pauses,
        now: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._tell = tell
        self._pauses = pauses
        self._now = now
        self._stopping = threading.Event()
        self._pump: Pump | None = None
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)
        self.is_pumping = False

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; return when the thread has ended."""
        self._stopping.set()
        if self._pump is not None:
            self._pump.close()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        complained = False
        while not self._stopping.wait(max(_BREATH, self._pauses.wait())):
            self._pauses.attempted()
            pump = self._pump = self._engine.pump()
            try:
                pump.connect()
                self._say("gap")
                self.is_pumping, complained = True, False
                self._listen(pump)
            except LinkError as lost:
                if isinstance(lost, BlockedError):
                    self._pauses.blocked()
                if not complained:
                    log.warning("The pump of MetaTrader stopped: %s", lost)
                complained = True
            # The outermost loop: if it ended, readers would hear pings only, and believe them.
            except Exception:
                if not complained:
                    log.exception("The pump of MetaTrader failed")
                complained = True
            finally:
                pump.close()
            if self.is_pumping:
                self.is_pumping = False
                self._say("stop")

    def _listen(self, pump: Pump) -> None:
        while not self._stopping.is_set():
            heard = tuple(news for news in pump.read() if news.kind not in ("ping", "stop"))
            self._pauses.held()
            if heard:
                self._tell(heard)

    def _say(self, kind: str) -> None:
        if not self._stopping.is_set():
            self._tell((News(number=0, kind=kind, at=self._now()),))

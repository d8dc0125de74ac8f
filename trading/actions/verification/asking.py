"""The server's side of a verification: its pages one ahead, its keys again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from trading.actions import sync_passes
from trading.gateway.errors import Refused
from trading.gateway.lines import Lines
from trading.gateway.port import Gateway, Page
from trading.mirror.verification import judging, reading
from trading.mirror.verification.differences import Difference
from trading.models import ServerState
from trading.terms import TradeRecord

#: Room for clocks that differ, on both sides of a question for history.
MARGIN = timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """One server under verification: how it is asked, and when we began."""

    gateway: Gateway
    server_id: int
    now: datetime

    @property
    def knows_settings(self) -> bool:
        """Return whether this source tells how symbols and groups are set."""
        return getattr(self.gateway, "knows_settings", True)

    def judged(self) -> Callable[[Difference | None], Difference | None]:
        """Return what takes out of judgement what the market moved since our last full reading."""
        state = ServerState.objects.get(pk=self.server_id)
        info, full_at = self.gateway.server_info(), state.last_full_at
        if full_at is None:
            return lambda found: judging.at_market(found, stands_still=False, full_stamp=-1)
        stamp = sync_passes.wall_stamp(info.server_time - (info.now - full_at))
        stands = all(quote.at <= full_at for quote in self.gateway.quotes())
        return lambda found: judging.at_market(found, stands_still=stands, full_stamp=stamp)

    def is_mirrored(self, within: timedelta) -> bool:
        """Return whether the mirror took a whole pass lately: what is under way will arrive."""
        synced = ServerState.objects.values_list("synced_at", flat=True).get(pk=self.server_id)
        return synced is not None and synced > self.now - within


def every(ask: Callable[..., Page[Any]]) -> Iterator[Any]:
    """Yield every record of a paged question; the next page is asked for while one is used."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="verify") as ahead:
        page = ask(since_stamp=0, cursor="")
        while True:
            following = (
                ahead.submit(ask, since_stamp=0, cursor=page.next_cursor)
                if page.next_cursor
                else None
            )
            yield from _light(page.records)
            if following is None:
                return
            page = following.result()


def _light(records: Iterable[Any]) -> Iterable[Any]:
    """Return records as what has their fields: rows of lines, records as they are."""
    if isinstance(records, Lines):
        return reading.light(records.kind, records.rows())
    return records


def tickets_now(
    case: Case, wanted: Iterable[Difference], since: dict[int, datetime]
) -> dict[int, TradeRecord]:
    """Return what the server says now of the tickets that differ; `since` their earliest moments.

    Of an account that the server no longer lists no history is given: what it said first stands.
    """
    standing = {one.ticket: one for one in case.gateway.open_trades()}
    found = {int(one.key): standing[one.key] for one in wanted if one.key in standing}
    by_login: defaultdict[int, list[Difference]] = defaultdict(list)
    for one in wanted:
        if one.key not in standing:
            by_login[one.login].append(one)
    for login, ones in sorted(by_login.items()):
        start = min(since.get(int(one.key), case.now) for one in ones) - MARGIN
        try:
            history = case.gateway.history(login=login, start=start, end=case.now + MARGIN)
        except Refused:
            found |= {int(one.key): one.record for one in ones if one.record is not None}
            continue
        keys = {one.key for one in ones}
        found |= {record.ticket: record for record in history if record.ticket in keys}
    return found

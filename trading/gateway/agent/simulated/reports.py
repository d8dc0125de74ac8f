"""The questions by group, symbol and time, and what the server tells of itself."""

from datetime import datetime
from typing import Any, TypeVar

from trading.gateway.agent.engine import CodeError
from trading.gateway.agent.simulated.socket import read, read_all, unread
from trading.gateway.agent.simulated.telling import plain
from trading.gateway.words import Page
from trading.terms import (
    AccountRecord,
    DailyReport,
    LogKind,
    LogLine,
    ManagerAccount,
    MarginState,
    OnlineUser,
    TradeRecord,
)

T = TypeVar("T")

_PAGE = 10_000
#: What comes as lines, ready to be passed on; everything else comes as objects.
_LINED = (AccountRecord, TradeRecord)


class SimulatedReports:
    """Each question is one request; the pages are the server's."""

    def _call(self, verb: str, /, **arguments: Any) -> tuple[int, str, Any]:
        raise NotImplementedError

    def _ask(self, hint: Any, verb: str, /, **arguments: Any) -> Any:
        code, text, result = self._call(verb, **arguments)
        if code != 0:
            raise CodeError(code, text)
        return read(hint, result)

    def _paged(self, kind: type[T], verb: str, cursor: str, /, **arguments: Any) -> Page[T]:
        """Return the page after a cursor; "next" is the `after` of the following one."""
        after = int(cursor) if cursor.isdecimal() else 0
        code, text, page = self._call(verb, after=after, limit=_PAGE, **arguments)
        if code != 0:
            raise CodeError(code, text)
        following, records = read(int, page.get("next")), page.get("records")
        return Page(
            records=unread(kind, records) if kind in _LINED else read(tuple[kind, ...], records),  # type: ignore[valid-type]
            next_cursor=str(following) if following else "",
        )

    def accounts_in(self, *, group: str, cursor: str) -> Page[AccountRecord]:
        return self._paged(AccountRecord, "accounts", cursor, group=group)

    def open_trades_of(self, *, login: int, group: str, symbol: str) -> tuple[TradeRecord, ...]:
        found = self._ask(str, "open_trades", login=login, group=group, symbol=symbol)
        return read_all(unread(TradeRecord, found))

    def closed_trades(
        self, *, start: datetime, end: datetime, group: str, symbol: str, cursor: str
    ) -> Page[TradeRecord]:
        span = {"start": plain(start), "end": plain(end)}
        return self._paged(TradeRecord, "closed_trades", cursor, group=group, symbol=symbol, **span)

    def open_tickets(self) -> tuple[int, ...]:
        tickets: tuple[int, ...] = self._ask(tuple[int, ...], "open_tickets")
        return tickets

    def margins(self, *, cursor: str) -> Page[MarginState]:
        return self._paged(MarginState, "margins", cursor)

    def online(self) -> tuple[OnlineUser, ...]:
        known: tuple[OnlineUser, ...] = self._ask(tuple[OnlineUser, ...], "online")
        return known

    def managers(self) -> tuple[ManagerAccount, ...]:
        known: tuple[ManagerAccount, ...] = self._ask(tuple[ManagerAccount, ...], "managers")
        return known

    def daily_reports(self, *, since_stamp: int, login: int, cursor: str) -> Page[DailyReport]:
        return self._paged(
            DailyReport, "daily_reports", cursor, since_stamp=since_stamp, login=login
        )

    def journal(
        self, *, start: datetime, end: datetime, kind: LogKind, text: str, cursor: str
    ) -> Page[LogLine]:
        span = {"start": plain(start), "end": plain(end)}
        return self._paged(LogLine, "journal", cursor, kind=int(kind), text=text, **span)

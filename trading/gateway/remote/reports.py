"""The questions by group, symbol and time, and what a server tells of itself, as calls."""

from datetime import datetime
from typing import Any, cast

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


class ReportVerbs:
    """See port.Questions for what each verb means."""

    def _call(self, name: str, /, **arguments: Any) -> Any:
        raise NotImplementedError

    def accounts_in(self, *, group: str, cursor: str = "") -> Page[AccountRecord]:
        return cast(Page[AccountRecord], self._call("accounts_in", group=group, cursor=cursor))

    def open_trades_of(
        self, *, login: int = 0, group: str = "", symbol: str = ""
    ) -> tuple[TradeRecord, ...]:
        found = self._call("open_trades_of", login=login, group=group, symbol=symbol)
        return cast(tuple[TradeRecord, ...], found)

    def closed_trades(
        self, *, start: datetime, end: datetime, group: str = "", symbol: str = "", cursor: str = ""
    ) -> Page[TradeRecord]:
        page = self._call(
            "closed_trades", start=start, end=end, group=group, symbol=symbol, cursor=cursor
        )
        return cast(Page[TradeRecord], page)

    def trade(self, *, ticket: int) -> TradeRecord:
        return cast(TradeRecord, self._call("trade", ticket=ticket))

    def open_tickets(self) -> tuple[int, ...]:
        return cast(tuple[int, ...], self._call("open_tickets"))

    def margins(self, *, cursor: str = "") -> Page[MarginState]:
        return cast(Page[MarginState], self._call("margins", cursor=cursor))

    def online(self) -> tuple[OnlineUser, ...]:
        return cast(tuple[OnlineUser, ...], self._call("online"))

    def daily_reports(
        self, *, since_stamp: int = 0, login: int = 0, cursor: str = ""
    ) -> Page[DailyReport]:
        page = self._call("daily_reports", since_stamp=since_stamp, login=login, cursor=cursor)
        return cast(Page[DailyReport], page)

    def journal(
        self,
        *,
        start: datetime,
        end: datetime,
        kind: LogKind = LogKind.FULL,
        text: str = "",
        cursor: str = "",
    ) -> Page[LogLine]:
        page = self._call("journal", start=start, end=end, kind=kind, text=text, cursor=cursor)
        return cast(Page[LogLine], page)

    def managers(self) -> tuple[ManagerAccount, ...]:
        return cast(tuple[ManagerAccount, ...], self._call("managers"))

"""The port of one MetaTrader server, filled by its agent: plain calls, and a stream."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from trading.gateway.port import (
    DEADLINE_SECONDS,
    News,
    Page,
    ServerAddress,
)
from trading.gateway.remote.accounts import AccountVerbs
from trading.gateway.remote.breaker import OwnTally, Tally
from trading.gateway.remote.client import Client
from trading.gateway.remote.orders import OrderVerbs
from trading.gateway.remote.reports import ReportVerbs
from trading.gateway.remote.stream import listen
from trading.terms import (
    AccountRecord,
    BalanceKind,
    Done,
    GroupSpec,
    MarginState,
    Passage,
    Quote,
    ServerInfo,
    SymbolSpec,
    TradeRecord,
)

Trades = tuple[TradeRecord, ...]


class RemoteGateway(AccountVerbs, OrderVerbs, ReportVerbs):
    """One server, reached through its agent. See port.py for what each verb means.

    `tally` is what the breakers remember; give one that all processes share, or each has its own.
    """

    def __init__(
        self,
        address: ServerAddress,
        *,
        tally: Tally | None = None,
        deadlines: Mapping[str, int] = DEADLINE_SECONDS,
    ) -> None:
        self._address = address
        self._client = Client(address, tally=tally or OwnTally(), deadlines=deadlines)

    def close(self) -> None:
        """Close the connections that are kept between calls."""
        self._client.close()

    def _call(self, name: str, /, **arguments: Any) -> Any:
        return self._client.call(name, arguments)

    # Questions

    def server_info(self) -> ServerInfo:
        return cast(ServerInfo, self._call("server_info"))

    def symbols(self) -> tuple[SymbolSpec, ...]:
        return cast(tuple[SymbolSpec, ...], self._call("symbols"))

    def groups(self) -> tuple[GroupSpec, ...]:
        return cast(tuple[GroupSpec, ...], self._call("groups"))

    def quotes(self) -> tuple[Quote, ...]:
        return cast(tuple[Quote, ...], self._call("quotes"))

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        page = self._call("accounts", since_stamp=since_stamp, cursor=cursor)
        return cast(Page[AccountRecord], page)

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Page[TradeRecord]:
        page = self._call("trades", since_stamp=since_stamp, cursor=cursor)
        return cast(Page[TradeRecord], page)

    def open_trades(self) -> Sequence[TradeRecord]:
        return cast(Sequence[TradeRecord], self._call("open_trades"))

    def open_tickets(self) -> tuple[int, ...]:
        return cast(tuple[int, ...], self._call("open_tickets"))

    def account(self, *, login: int) -> AccountRecord:
        return cast(AccountRecord, self._call("account", login=login))

    def check_password(self, *, login: int, password: str) -> bool:
        return cast(bool, self._call("check_password", login=login, password=password))

    def logins(self) -> tuple[int, ...]:
        return cast(tuple[int, ...], self._call("logins"))

    def history(self, *, login: int, start: datetime, end: datetime) -> Sequence[TradeRecord]:
        found = self._call("history", login=login, start=start, end=end)
        return cast(Sequence[TradeRecord], found)

    def find_marker(self, *, login: int, marker: str, start: datetime, end: datetime) -> Trades:
        found = self._call("find_marker", login=login, marker=marker, start=start, end=end)
        return cast(Trades, found)

    def margin(self, *, login: int) -> MarginState:
        return cast(MarginState, self._call("margin", login=login))

    # Commands

    def change_balance(
        self,
        *,
        passage: Passage,
        login: int,
        kind: BalanceKind,
        amount: Decimal,
        comment: str,
        expires_at: datetime | None = None,
    ) -> Done:
        done = self._call(
            "change_balance",
            passage=passage,
            login=login,
            kind=kind,
            amount=amount,
            comment=comment,
            expires_at=expires_at,
        )
        return cast(Done, done)

    def close_attempt(self, *, login: int, marker: str, attempt: int) -> None:
        self._call("close_attempt", login=login, marker=marker, attempt=attempt)

    def confirm_journal(self, *, journal_id: str, by: str, second: str) -> None:
        self._call("confirm_journal", journal_id=journal_id, by=by, second=second)

    # The stream

    def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        return listen(self._address, resume_after=resume_after)

"""The server's journal: one line for what somebody did to an account or a ticket.

Its wording is ours, after MetaTrader's; the doer stands in front, in quotes (unverified).
"""

from dataclasses import fields
from datetime import datetime

from trading.gateway.simulator.office.authors import Author
from trading.terms import AccountRecord, Cmd, LogCode, LogKind, LogLine, TradeRecord

MESSAGE_BYTES = 511
CODES_OF: dict[int, tuple[LogCode, ...]] = {
    LogKind.STANDARD: tuple(code for code in LogCode if code is not LogCode.LOGIN),
    LogKind.LOGINS: (LogCode.LOGIN,),
    LogKind.TRADES: (LogCode.TRADE,),
    LogKind.ERRORS: (LogCode.WARNING, LogCode.ERROR, LogCode.ATTENTION),
    LogKind.FULL: tuple(LogCode),
}
#: What an account's own trading and the calendar change in its record: no deed of anybody.
_BY_ITSELF = frozenset({"balance", "credit", "previous_balance", "changed_stamp"})
_DEEDS = {
    "trade_open": "order",
    "trade_update": "modify order",
    "trade_close": "close order",
    "trade_delete": "delete order",
}


class Writer:
    """Makes the lines of one moment, by one author."""

    def __init__(self, author: Author, at: datetime, server_time: datetime) -> None:
        self._author = author
        self._at = at
        self._server_time = server_time

    def line(self, code: LogCode, deed: str) -> LogLine:
        """Return a line of something that the author did."""
        message = f"{self._author.name}: {deed}"
        message = message.encode()[:MESSAGE_BYTES].decode(errors="ignore")
        return LogLine(
            at=self._at,
            server_time=self._server_time,
            code=code,
            ip=self._author.ip,
            message=message,
        )

    def of_account(self, old: AccountRecord | None, new: AccountRecord) -> LogLine | None:
        """Return the line of an account made or changed; None where nobody changed it."""
        if old is None:
            return self.line(LogCode.OK, f"new account '{new.login}' - {new.group}, {new.name}")
        changed = [
            f"{one.name}: {getattr(old, one.name)} -> {getattr(new, one.name)}"
            for one in fields(AccountRecord)
            if one.name not in _BY_ITSELF and getattr(old, one.name) != getattr(new, one.name)
        ]
        if not changed:
            return None
        return self.line(LogCode.OK, f"update account '{new.login}' - {', '.join(changed)}")

    def of_trade(self, kind: str, trade: TradeRecord) -> LogLine | None:
        """Return the line of a ticket; None for what the server does by itself each night."""
        if trade.cmd.is_balance:
            return self._of_money(trade)
        if kind == "trade_update" and not self._author.login:
            return None
        what = f"#{trade.ticket} for '{trade.login}', {trade.cmd.name.lower().replace('_', ' ')}"
        size = f"{trade.volume_hundredths / 100:.2f} {trade.symbol} at {trade.open_price}"
        rest = f"sl: {trade.stop_loss} tp: {trade.take_profit}"
        if not trade.is_open:
            rest = f"close price: {trade.close_price} profit: {trade.profit}"
        return self.line(LogCode.TRADE, f"{_DEEDS[kind]} {what} {size} {rest} - '{trade.comment}'")

    def _of_money(self, trade: TradeRecord) -> LogLine:
        pocket = "credit" if trade.cmd is Cmd.CREDIT else "balance"
        deed = f"changed {pocket} #{trade.ticket} - {trade.profit} for '{trade.login}'"
        return self.line(LogCode.TRADE, f"{deed} - '{trade.comment}'")

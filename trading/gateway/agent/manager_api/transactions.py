"""Which record each command is: the operation table of the Manager API.

Every operation on trades and money is one TradeTransInfo, every switch on accounts one
GroupCommandInfo. Prices have the symbol's digits, amounts the currency's; neither is ever rounded.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from trading.gateway.agent.manager_api.layouts import GroupCommandInfo, TradeTransInfo
from trading.gateway.agent.manager_api.values import to_chars, to_double, to_seconds
from trading.gateway.limits import COMMENT_BYTES, GROUP_BYTES
from trading.terms import BalanceKind, Cmd

OPEN, CLOSE, DELETE, CLOSE_BY, CLOSE_ALL, MODIFY, ACTIVATE, COMMENT, BALANCE = range(75, 84)
GROUP_DELETE, GROUP_ENABLE, GROUP_DISABLE, GROUP_LEVERAGE, GROUP_SETGROUP = range(5)
_SYMBOL_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes the records of one account's commands.

    `price_digits` are the symbol's, `money_digits` the deposit currency's.
    """

    zone: ZoneInfo
    code_page: str
    price_digits: int = 0
    money_digits: int = 2

    def change_balance(
        self,
        *,
        login: int,
        kind: BalanceKind,
        amount: Decimal,
        comment: str,
        expires_at: datetime | None,
    ) -> TradeTransInfo:
        """Deposit (+), withdrawal (-), credit in with its expiry, credit out."""
        return TradeTransInfo(
            type=BALANCE,
            cmd=Cmd.CREDIT if kind is BalanceKind.CREDIT else Cmd.BALANCE,
            orderby=login,
            price=to_double(amount, self.money_digits),
            comment=self._comment(comment),
            expiration=to_seconds(expires_at, self.zone) if kind is BalanceKind.CREDIT else 0,
        )

    def open_trade(
        self, *, login: int, cmd: Cmd, symbol: str, volume_hundredths: int, price: Decimal,
        **more: Any,
    ) -> TradeTransInfo:  # fmt: skip
        """Open a position or place a pending order; `more`: stops, comment, expiry."""
        return TradeTransInfo(
            type=OPEN,
            cmd=cmd,
            orderby=login,
            symbol=self._symbol(symbol),
            volume=volume_hundredths,
            price=self._price(price),
            sl=self._price(more["stop_loss"]),
            tp=self._price(more["take_profit"]),
            comment=self._comment(more["comment"]),
            expiration=to_seconds(more["expires_at"], self.zone) if cmd.is_pending else 0,
        )

    def close_trade(self, *, ticket: int, volume_hundredths: int, price: Decimal) -> TradeTransInfo:
        """Close wholly or in part, at a price that has to be there."""
        return TradeTransInfo(
            type=CLOSE, order=ticket, volume=volume_hundredths, price=self._price(price)
        )

    def close_by(self, *, ticket: int, opposite: int) -> TradeTransInfo:
        """Close by an opposite position."""
        return TradeTransInfo(type=CLOSE_BY, order=ticket, orderby=opposite)

    def close_all(self, *, login: int, symbol: str) -> TradeTransInfo:
        """Close all of a symbol by their opposites."""
        return TradeTransInfo(type=CLOSE_ALL, orderby=login, symbol=self._symbol(symbol))

    def modify_trade(
        self, *, ticket: int, price: Decimal, stop_loss: Decimal, take_profit: Decimal,
        expires_at: datetime | None,
    ) -> TradeTransInfo:  # fmt: skip
        """Change stops, and price and expiry of a pending order."""
        return TradeTransInfo(
            type=MODIFY,
            order=ticket,
            price=self._price(price),
            sl=self._price(stop_loss),
            tp=self._price(take_profit),
            expiration=to_seconds(expires_at, self.zone),
        )

    def activate_order(self, *, ticket: int, price: Decimal) -> TradeTransInfo:
        """Turn a pending order into a position."""
        return TradeTransInfo(type=ACTIVATE, order=ticket, price=self._price(price))

    def delete_order(self, *, ticket: int, cmd: Cmd) -> TradeTransInfo:
        """Delete; `cmd` is the order's own."""
        return TradeTransInfo(type=DELETE, order=ticket, cmd=cmd)

    def change_comment(self, *, ticket: int, comment: str) -> TradeTransInfo:
        """Write another comment."""
        return TradeTransInfo(type=COMMENT, order=ticket, comment=self._comment(comment))

    def switch(self, command: int, *, leverage: int = 0, group: str = "") -> GroupCommandInfo:
        """Return a switch for one login."""
        name = to_chars("group", group, GROUP_BYTES + 1, self.code_page)
        return GroupCommandInfo(len=1, command=command, newgroup=name, leverage=leverage)

    def _price(self, price: Decimal) -> float:
        return to_double(price, self.price_digits)

    def _comment(self, comment: str) -> bytes:
        return to_chars("comment", comment, COMMENT_BYTES + 1, self.code_page)

    def _symbol(self, symbol: str) -> bytes:
        return to_chars("symbol", symbol, _SYMBOL_SIZE, self.code_page)

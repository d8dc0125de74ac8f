"""The verbs that open, change and close trades, as calls of the agent."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from trading.terms import Cmd, Done, Passage


class OrderVerbs:
    """See port.TradeCommands for what each verb means."""

    def _call(self, name: str, /, **arguments: Any) -> Any:
        raise NotImplementedError

    def open_trade(
        self,
        *,
        passage: Passage,
        login: int,
        cmd: Cmd,
        symbol: str,
        volume_hundredths: int,
        price: Decimal,
        stop_loss: Decimal = Decimal(0),
        take_profit: Decimal = Decimal(0),
        comment: str = "",
        expires_at: datetime | None = None,
    ) -> Done:
        done = self._call(
            "open_trade",
            passage=passage,
            login=login,
            cmd=cmd,
            symbol=symbol,
            volume_hundredths=volume_hundredths,
            price=price,
            stop_loss=stop_loss,
            take_profit=take_profit,
            comment=comment,
            expires_at=expires_at,
        )
        return cast(Done, done)

    def close_trade(
        self, *, passage: Passage, login: int, ticket: int, volume_hundredths: int, price: Decimal
    ) -> Done:
        done = self._call(
            "close_trade",
            passage=passage,
            login=login,
            ticket=ticket,
            volume_hundredths=volume_hundredths,
            price=price,
        )
        return cast(Done, done)

    def modify_trade(
        self,
        *,
        passage: Passage,
        login: int,
        ticket: int,
        price: Decimal,
        stop_loss: Decimal,
        take_profit: Decimal,
        expires_at: datetime | None = None,
    ) -> Done:
        done = self._call(
            "modify_trade",
            passage=passage,
            login=login,
            ticket=ticket,
            price=price,
            stop_loss=stop_loss,
            take_profit=take_profit,
            expires_at=expires_at,
        )
        return cast(Done, done)

    def close_by(self, *, passage: Passage, login: int, ticket: int, opposite: int) -> Done:
        done = self._call(
            "close_by", passage=passage, login=login, ticket=ticket, opposite=opposite
        )
        return cast(Done, done)

    def close_all(self, *, passage: Passage, login: int, symbol: str) -> Done:
        return cast(Done, self._call("close_all", passage=passage, login=login, symbol=symbol))

    def activate_order(self, *, passage: Passage, login: int, ticket: int, price: Decimal) -> Done:
        done = self._call(
            "activate_order", passage=passage, login=login, ticket=ticket, price=price
        )
        return cast(Done, done)

    def delete_order(self, *, passage: Passage, login: int, ticket: int) -> Done:
        return cast(Done, self._call("delete_order", passage=passage, login=login, ticket=ticket))

    def change_comment(self, *, passage: Passage, login: int, ticket: int, comment: str) -> Done:
        done = self._call(
            "change_comment", passage=passage, login=login, ticket=ticket, comment=comment
        )
        return cast(Done, done)

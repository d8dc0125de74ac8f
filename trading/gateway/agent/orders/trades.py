"""Orders and positions: each is read back by its ticket."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.gateway.agent.engine import Direct, Reply, ServerFacts
from trading.gateway.agent.orders.order import Order
from trading.gateway.errors import Refused
from trading.terms import Done, TradeRecord


class _TradeOrder(Order):
    """A command whose record is read back by its ticket."""

    def _differs(self, record: TradeRecord) -> bool:
        raise NotImplementedError

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        ticket = reply.ticket or self._fields.get("ticket", 0)
        record = direct.trade(ticket=ticket) if ticket else None
        if record is None:
            return ""
        if record.login != self.login or self._differs(record):
            return f"the record {ticket} says something else"
        return Done(
            ticket=ticket,
            code=reply.code,
            record=record,
            login=self.login,
            remainder=reply.remainder,
        )


class OpenTrade(_TradeOrder):
    """Open a position or place a pending order."""

    def send(self, direct: Direct) -> Reply:
        return direct.open_trade(**self._fields)

    def _differs(self, record: TradeRecord) -> bool:
        wanted = tuple(self._fields[name] for name in ("cmd", "symbol", "volume_hundredths"))
        return (record.cmd, record.symbol, record.volume_hundredths) != wanted


class _OnTicket(_TradeOrder):
    """A command about a ticket: the ticket has to be of that login, and open."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        self._open_ticket(direct, self._fields["ticket"])

    def _open_ticket(self, direct: Direct, ticket: int) -> TradeRecord:
        record = direct.trade(ticket=ticket)
        if record is None or record.login != self.login or not record.is_open:
            raise Refused(3, f"login {self.login} has no open ticket {ticket}")
        return record

    def _told(self) -> dict[str, Any]:
        return {name: value for name, value in self._fields.items() if name != "login"}


class CloseTrade(_OnTicket):
    """Close a position, wholly or in part."""

    def send(self, direct: Direct) -> Reply:
        return direct.close_trade(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        return record.is_open


class ModifyTrade(_OnTicket):
    """Change stops, or price, stops and expiry of a pending order."""

    def send(self, direct: Direct) -> Reply:
        return direct.modify_trade(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        wanted: tuple[Decimal, Decimal] = self._fields["stop_loss"], self._fields["take_profit"]
        return (record.stop_loss, record.take_profit) != wanted

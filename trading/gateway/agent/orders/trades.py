"""Orders and positions: each is read back by its ticket."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from trading.gateway.agent.engine import Direct, Reply, ServerFacts
from trading.gateway.agent.orders.order import Order
from trading.gateway.errors import BadMessage, Refused
from trading.gateway.limits import COMMENT_BYTES, require_fits
from trading.terms import MARKER_PREFIX, Cmd, Done, TradeRecord

_INVALID = 3


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

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        require_fits("comment", self._fields["comment"], COMMENT_BYTES, facts.code_page)

    def send(self, direct: Direct) -> Reply:
        return direct.open_trade(**self._fields)

    def _differs(self, record: TradeRecord) -> bool:
        wanted = tuple(self._fields[name] for name in ("cmd", "symbol", "volume_hundredths"))
        return (record.cmd, record.symbol, record.volume_hundredths) != wanted


class _OnTicket(_TradeOrder):
    """A command about a ticket: the ticket has to be of that login, and open."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        self._require_open(direct, self._fields["ticket"])

    def _require_open(self, direct: Direct, ticket: int) -> TradeRecord:
        record = direct.trade(ticket=ticket)
        if record is None or record.login != self.login or not record.is_open:
            raise Refused(_INVALID, f"login {self.login} has no open ticket {ticket}")
        return record

    def _require_pending(self, direct: Direct) -> TradeRecord:
        record = self._require_open(direct, self._fields["ticket"])
        if not record.cmd.is_pending:
            raise Refused(_INVALID, f"the ticket {record.ticket} is no pending order")
        return record

    def _told(self) -> dict[str, Any]:
        return {name: value for name, value in self._fields.items() if name != "login"}


class CloseTrade(_OnTicket):
    """Close a position, wholly or in part.

    A group may close the whole at a part (`close_reopen`) and open the rest anew: the ticket shows
    the whole volume then, and the rest says how much goes on.
    """

    def send(self, direct: Direct) -> Reply:
        return direct.close_trade(**self._told())

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        rest = direct.trade(ticket=reply.remainder) if reply.remainder else None
        self._goes_on = 0 if rest is None else rest.volume_hundredths
        return super().read_back(direct, reply, now)

    def _differs(self, record: TradeRecord) -> bool:
        wanted = self._fields["volume_hundredths"]
        closed = record.volume_hundredths
        return record.is_open or closed not in (wanted, wanted + self._goes_on)


class CloseBy(_OnTicket):
    """Close a position by an opposite one."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        one = self._require_open(direct, self._fields["ticket"])
        other = self._require_open(direct, self._fields["opposite"])
        if not one.cmd.is_market or not other.cmd.is_market or one.cmd is other.cmd:
            raise Refused(
                _INVALID, f"the tickets {one.ticket} and {other.ticket} are no opposite positions"
            )
        if one.symbol != other.symbol:
            raise Refused(_INVALID, f"they are of {one.symbol} and {other.symbol}: not the same")

    def send(self, direct: Direct) -> Reply:
        return direct.close_by(**self._told())

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        other = direct.trade(ticket=self._fields["opposite"])
        if other is None or other.is_open:
            return ""
        return super().read_back(direct, replace(reply, ticket=self._fields["ticket"]), now)

    def _differs(self, record: TradeRecord) -> bool:
        return record.is_open


class CloseAll(Order):
    """Close all positions of a symbol against their opposites."""

    missing = "opposite positions are still open"

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        if len(self._sides(direct)) < 2:
            symbol = self._fields["symbol"]
            raise Refused(_INVALID, f"login {self.login} has no opposite positions of {symbol}")

    def send(self, direct: Direct) -> Reply:
        return direct.close_all(**self._fields)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        if len(self._sides(direct)) > 1:
            return ""
        return Done(
            ticket=reply.ticket, code=reply.code, login=self.login, remainder=reply.remainder
        )

    def _sides(self, direct: Direct) -> set[Cmd]:
        symbol = self._fields["symbol"]
        trades = direct.open_trades_of(login=self.login, group="", symbol=symbol)
        return {one.cmd for one in trades if one.cmd.is_market and one.login == self.login}


class ModifyTrade(_OnTicket):
    """Change stops, or price, stops and expiry of a pending order."""

    def send(self, direct: Direct) -> Reply:
        return direct.modify_trade(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        wanted: tuple[Decimal, Decimal] = self._fields["stop_loss"], self._fields["take_profit"]
        if (record.stop_loss, record.take_profit) != wanted:
            return True
        if not record.cmd.is_pending:
            return False
        price, expires_at = self._fields["price"], self._fields["expires_at"]
        same_expiry = _whole(record.expires_at) == _whole(expires_at)
        return bool(price and record.open_price != price) or not same_expiry


class ActivateOrder(_OnTicket):
    """Turn a pending order into a position."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        self._require_pending(direct)

    def send(self, direct: Direct) -> Reply:
        return direct.activate_order(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        return not record.cmd.is_market or record.open_price != self._fields["price"]


class DeleteOrder(_OnTicket):
    """Delete a pending order; MetaTrader would delete a position as well, so it is looked at."""

    _cmd = Cmd.BUY_LIMIT

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        self._cmd = self._require_pending(direct).cmd

    def send(self, direct: Direct) -> Reply:
        return direct.delete_order(ticket=self._fields["ticket"], cmd=self._cmd)

    def _differs(self, record: TradeRecord) -> bool:
        return record.is_open


class ChangeComment(_OnTicket):
    """Write another comment. What our own money is found by stays as it is."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        if arguments["comment"].startswith(MARKER_PREFIX):
            raise BadMessage(f"A comment may not begin with {MARKER_PREFIX}: that is a marker.")

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        require_fits("comment", self._fields["comment"], COMMENT_BYTES, facts.code_page)
        ticket = self._fields["ticket"]
        record = direct.trade(ticket=ticket)
        if record is None or record.login != self.login:
            raise Refused(_INVALID, f"login {self.login} has no ticket {ticket}")
        if record.comment.startswith(MARKER_PREFIX):
            raise BadMessage(
                f"The comment of {ticket} is the marker that it is found by: it stays."
            )

    def send(self, direct: Direct) -> Reply:
        return direct.change_comment(**self._told())

    def _differs(self, record: TradeRecord) -> bool:
        return bool(record.comment != self._fields["comment"])


def _whole(moment: datetime | None) -> datetime | None:
    """Return a moment in whole seconds, as MetaTrader keeps it."""
    return moment.replace(microsecond=0) if moment is not None else None

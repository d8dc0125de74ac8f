"""Balance and credit: found again by the marker that opens the comment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from trading.gateway.agent.engine import Direct, Reply
from trading.gateway.agent.orders.order import Order
from trading.gateway.errors import BadMessage
from trading.gateway.limits import COMMENT_BYTES, require_fits
from trading.terms import BalanceKind, Cmd, Done

_SEARCH = timedelta(days=1)


class ChangeBalance(Order):
    """Deposit, withdrawal, credit in or out."""

    money = True

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        marker, comment = self.passage.marker, self._fields["comment"]
        if not comment.startswith(marker):
            comment = f"{marker} {comment}".rstrip()
        if not comment.isascii() or not comment.isprintable():
            raise BadMessage("The comment of a balance command has to be printable ASCII.")
        require_fits("comment with its marker", comment, COMMENT_BYTES, "ascii")
        if self._fields["amount"] == 0:
            raise BadMessage("The amount of a balance command is zero.")
        self._fields["comment"] = comment

    def send(self, direct: Direct) -> Reply:
        return direct.change_balance(**self._fields)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        found = direct.find_marker(
            marker=self.passage.marker, start=now - _SEARCH, end=now + _SEARCH
        )
        if not found:
            return ""
        if len(found) > 1:
            return f"{len(found)} records carry the marker"
        record = found[0]
        cmd = Cmd.CREDIT if self._fields["kind"] is BalanceKind.CREDIT else Cmd.BALANCE
        if (record.login, record.cmd, record.profit) != (self.login, cmd, self._fields["amount"]):
            return f"the record {record.ticket} with the marker says something else"
        return Done(ticket=record.ticket, code=reply.code, record=record, login=self.login)

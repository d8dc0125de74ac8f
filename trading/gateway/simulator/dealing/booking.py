"""The record of a balance operation, whoever books it."""

from datetime import datetime
from decimal import Decimal

from trading.gateway.simulator.book import Change
from trading.terms import Cmd, TradeRecord

NOTHING = Decimal(0)


def balance_record(
    change: Change,
    *,
    login: int,
    cmd: Cmd,
    amount: Decimal,
    comment: str,
    expires_at: datetime | None = None,
) -> TradeRecord:
    """Return the record of a balance operation: closed the moment it is opened."""
    return TradeRecord(
        ticket=change.new_ticket(),
        login=login,
        cmd=cmd,
        symbol="",
        digits=0,
        volume_hundredths=0,
        opened_at=change.now,
        opened_server_time=change.server_time,
        open_price=NOTHING,
        stop_loss=NOTHING,
        take_profit=NOTHING,
        closed_at=change.now,
        closed_server_time=change.server_time,
        close_price=NOTHING,
        expires_at=expires_at,
        commission=NOTHING,
        swap=NOTHING,
        taxes=NOTHING,
        profit=amount,
        margin_rate=NOTHING,
        magic=0,
        comment=comment,
        changed_stamp=change.stamp,
    )

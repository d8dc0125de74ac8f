"""What an administrator does to the history of money: a record erased, or another amount in it.

MetaTrader's Administrator lets him, with or without correcting the account's balance.
"""

from dataclasses import replace
from decimal import Decimal

from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, TradeRecord

_ERASE = "DELETE FROM trade WHERE ticket = ?"


def erase_record(desk: Desk, *, ticket: int, with_balance: bool) -> TradeRecord:
    """Take a money record out of the history; `No` 3 when the ticket is none."""
    record = _record(desk, ticket)
    with desk.book.change() as change:
        change.put_trade("trade_delete", record)
        change.more.append((_ERASE, [(ticket,)]))
        if with_balance:
            _shift(change, record, -record.profit)
    return record


def edit_record(desk: Desk, *, ticket: int, amount: Decimal, with_balance: bool) -> TradeRecord:
    """Write another amount into a money record; `No` 3 when the ticket is none."""
    record = _record(desk, ticket)
    with desk.book.change() as change:
        edited = change.put_trade("trade_update", replace(record, profit=amount))
        if with_balance:
            _shift(change, record, amount - record.profit)
    return edited


def _record(desk: Desk, ticket: int) -> TradeRecord:
    record = desk.book.journal.trade(ticket)
    if record is None or not record.cmd.is_balance:
        raise No(Code.INVALID_DATA, f"{ticket} is no money record")
    return record


def _shift(change: Change, record: TradeRecord, amount: Decimal) -> None:
    account = change.account(record.login)
    if record.cmd is Cmd.CREDIT:
        change.put_account(replace(account, credit=account.credit + amount))
    else:
        change.put_account(replace(account, balance=account.balance + amount))

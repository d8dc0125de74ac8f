"""Credits that end: what is left of one is taken back when its day has come.

MetaTrader keeps the day with the record ("value date"); that the server books the end by itself,
with a record of its own, is our reading and noted as such in docs/metatrader.md.
"""

from dataclasses import replace
from decimal import Decimal

from trading.gateway.simulator.dealing.booking import balance_record
from trading.gateway.simulator.desk import Desk
from trading.terms import Cmd

_DUE = "SELECT ticket, login, amount FROM credit WHERE expired = 0 AND expires <= ? ORDER BY ticket"
_DONE = "UPDATE credit SET expired = 1 WHERE ticket = ?"


def expire_credits(desk: Desk) -> int:
    """End the credits whose moment has come; return how many. Nothing while the day ends."""
    now = desk.hours.now()
    if desk.hours.is_closed(now):
        return 0
    due = desk.book.journal.rows(_DUE, (int(now.timestamp()),))
    for ticket, login, amount in due:
        _expire(desk, ticket, login, Decimal(amount))
    return len(due)


def _expire(desk: Desk, ticket: int, login: int, amount: Decimal) -> None:
    with desk.book.change() as change:
        change.more.append((_DONE, [(ticket,)]))
        account = desk.book.accounts.get(login)
        rest = min(amount, account.credit) if account is not None else Decimal(0)
        if account is None or rest <= 0:  # what was taken out before is gone already
            change.notes.append(f"credit #{ticket} of '{login}' ended, nothing was left of it")
            return
        taken = balance_record(
            change, login=login, cmd=Cmd.CREDIT, amount=-rest, comment=f"expired #{ticket}"
        )
        change.put_trade("trade_close", taken)
        change.put_account(replace(account, credit=account.credit - rest))

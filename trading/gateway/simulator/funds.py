"""Balance and credit operations: booked, and closed the moment they are opened."""

from dataclasses import replace

from trading.calc.rounding import normalise
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.dealing.booking import balance_record
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, TradeRecord


def change_balance(desk: Desk, change: Change, order: Order) -> TradeRecord:
    """Book a signed amount on an account's balance or credit; no check of what it has."""
    account = change.account(order.login)
    if not account.enabled:
        raise No(Code.ACCOUNT_DISABLED, str(order.login))
    if order.cmd not in (Cmd.BALANCE, Cmd.CREDIT):
        raise No(Code.INVALID_DATA, f"cmd {order.cmd} is no balance operation")
    amount = normalise(order.price, account.currency)
    if not amount or amount != order.price:
        raise No(Code.INVALID_DATA, f"{order.price} is no amount of {account.currency}")
    expiration = order.expiration if order.cmd == Cmd.CREDIT else None
    late = expiration is None or expiration <= change.now
    if order.cmd == Cmd.CREDIT and amount > 0 and late:
        raise No(Code.INVALID_DATA, "a credit in needs a future expiration")
    comment = desk.identity.text(order.comment)
    booked = balance_record(
        change,
        login=order.login,
        cmd=Cmd(order.cmd),
        amount=amount,
        comment=comment,
        expires_at=expiration,
    )
    booked = change.put_trade("trade_close", booked)
    if order.cmd == Cmd.BALANCE:
        change.put_account(replace(account, balance=account.balance + amount))
    else:
        change.put_account(replace(account, credit=account.credit + amount))
    return booked

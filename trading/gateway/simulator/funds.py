"""Balance and credit operations, new accounts, and what a manager switches on accounts."""

from dataclasses import dataclass, replace
from decimal import Decimal

from trading.calc.rounding import normalise
from trading.gateway.simulator.book import HIGHEST, Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.terms import AccountRecord, Cmd, TradeRecord

NOTHING = Decimal(0)
PASSWORD_LENGTHS = range(5, 16)
_LENGTHS = {"name": 127, "email": 47, "phone": 31, "country": 31, "city": 31, "comment": 63}


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What is needed to open an account; passwords are checked and forgotten."""

    group: str
    name: str
    leverage: int
    password: str
    password_investor: str
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOperation:
    """A switch thrown for many logins at once (MetaTrader's UsersGroupOp)."""

    logins: tuple[int, ...]
    command: str
    leverage: int = 0
    group: str = ""


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
        change, replace(order, price=amount, comment=comment, expiration=expiration)
    )
    booked = change.put_trade("trade_close", booked)
    if order.cmd == Cmd.BALANCE:
        change.put_account(replace(account, balance=account.balance + amount))
    else:
        change.put_account(replace(account, credit=account.credit + amount))
    return booked


def balance_record(change: Change, order: Order) -> TradeRecord:
    """Return the record of a balance operation: closed the moment it is opened."""
    return TradeRecord(
        ticket=change.new_ticket(),
        login=order.login,
        cmd=Cmd(order.cmd),
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
        expires_at=order.expiration,
        commission=NOTHING,
        swap=NOTHING,
        taxes=NOTHING,
        profit=order.price,
        margin_rate=NOTHING,
        magic=0,
        comment=order.comment,
        changed_stamp=change.stamp,
    )


def open_account(desk: Desk, change: Change, applicant: Applicant) -> AccountRecord:
    """Open an account without money under the next login; `No` 3 by MetaTrader's rules."""
    group = desk.book.groups.get(applicant.group)
    if group is None:
        raise No(Code.INVALID_DATA, f"there is no group {applicant.group}")
    if not applicant.name.strip() or applicant.leverage < 0:
        raise No(Code.INVALID_DATA, "an account needs a name and a leverage")
    _check_passwords(applicant)
    login = max(desk.book.accounts, default=1000) + 1
    if login > HIGHEST:
        raise No(Code.INVALID_DATA, "the server has no logins left")
    texts = {
        field: desk.identity.text(getattr(applicant, field), length)
        for field, length in _LENGTHS.items()
    }
    account = AccountRecord(
        login=login,
        group=group.name,
        currency=group.currency,
        leverage=applicant.leverage or group.default_leverage,
        balance=NOTHING,
        credit=NOTHING,
        enabled=True,
        read_only=False,
        agent_login=0,
        registered_at=change.now,
        registered_server_time=change.server_time,
        previous_balance=NOTHING,
        changed_stamp=change.stamp,
        **texts,
    )
    return change.put_account(account)


def operate_on_group(desk: Desk, change: Change, operation: GroupOperation) -> int:
    """Throw a switch for many logins, all or none; return how many."""
    for login in operation.logins:
        change.put_account(_switched(desk, change.account(login), operation))
    return len(operation.logins)


def _check_passwords(applicant: Applicant) -> None:
    for password in (applicant.password, applicant.password_investor):
        letters = any(map(str.islower, password)), any(map(str.isupper, password))
        digits = any(map(str.isdigit, password))
        if len(password) not in PASSWORD_LENGTHS or not digits or not any(letters):
            raise No(
                Code.INVALID_DATA,
                "a password has 5 to 15 characters, a letter and a digit among them",
            )
    if applicant.password == applicant.password_investor:
        raise No(Code.INVALID_DATA, "the investor password equals the master password")


def _switched(desk: Desk, account: AccountRecord, operation: GroupOperation) -> AccountRecord:
    if operation.command in ("enable", "disable"):
        return replace(account, enabled=operation.command == "enable")
    if operation.command in ("read_only", "tradable"):
        return replace(account, read_only=operation.command == "read_only")
    if operation.command == "leverage" and operation.leverage > 0:
        return replace(account, leverage=operation.leverage)
    group = desk.book.groups.get(operation.group)
    if operation.command != "group" or group is None or group.currency != account.currency:
        raise No(Code.INVALID_DATA, f"{operation.command} {operation.group} cannot be done")
    return replace(account, group=group.name)

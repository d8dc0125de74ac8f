"""Accounts: opened, updated, switched, deleted, and their passwords, by MetaTrader's rules."""

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from trading.gateway.limits import ACCOUNT_BYTES
from trading.gateway.simulator.book import HIGHEST, Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.persons.passwords import check_pair, check_password
from trading.gateway.simulator.protocol import Code, No
from trading.terms import NO_COLOR, AccountRecord

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a person's record holds, of a new account and of an updated one."""

    group: str
    name: str
    leverage: int
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    address: str = ""
    lead_source: str = ""
    id_number: str = ""
    status: str = ""
    comment: str = ""
    agent_login: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant(Details):
    """What is needed to open an account; `login` 0 lets the server choose."""

    password: str = field(repr=False)
    password_investor: str = field(repr=False)
    login: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Details):
    """A whole record, as an update has to send it."""

    login: int
    enabled: bool
    read_only: bool
    color: int
    may_change_password: bool
    sends_reports: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOperation:
    """A switch thrown for many logins at once (MetaTrader's UsersGroupOp)."""

    logins: tuple[int, ...]
    command: str
    leverage: int = 0
    group: str = ""


def open_account(desk: Desk, change: Change, applicant: Applicant) -> AccountRecord:
    """Open an account without money; `No` 3 by MetaTrader's rules."""
    group = desk.book.groups.get(applicant.group)
    if group is None:
        raise No(Code.INVALID_DATA, f"there is no group {applicant.group}")
    check_pair(applicant.password, applicant.password_investor)
    details = _details(desk, applicant)
    account = AccountRecord(
        login=_free_login(desk, applicant.login),
        currency=group.currency,
        balance=NOTHING,
        credit=NOTHING,
        enabled=True,
        read_only=False,
        registered_at=change.now,
        registered_server_time=change.server_time,
        previous_balance=NOTHING,
        changed_stamp=change.stamp,
        color=NO_COLOR,
        **details | {"leverage": applicant.leverage or group.default_leverage},
    )
    change.put_password(account.login, applicant.password)
    change.put_password(account.login, applicant.password_investor, investor=True)
    return change.put_account(account)


def update_account(desk: Desk, change: Change, update: Update) -> AccountRecord:
    """Write a whole record: whatever stood there before is overwritten, money excepted."""
    account = change.account(update.login)
    _check_group(desk, account, update.group)
    return change.put_account(
        replace(
            account,
            enabled=update.enabled,
            read_only=update.read_only,
            color=update.color,
            may_change_password=update.may_change_password,
            sends_reports=update.sends_reports,
            **_details(desk, update) | {"leverage": update.leverage or account.leverage},
        )
    )


def set_password(change: Change, login: int, password: str, *, investor: bool) -> None:
    """Set the master or the investor password; `No` 3 for a simple one or the other one again."""
    change.account(login)
    check_password(password)
    if change.has_password(login, password, investor=not investor):
        raise No(Code.INVALID_DATA, "the investor password equals the master password")
    change.put_password(login, password, investor=investor)


def operate_on_group(desk: Desk, change: Change, operation: GroupOperation) -> int:
    """Throw a switch for many logins, all or none; return how many."""
    for login in operation.logins:
        account = change.account(login)
        if operation.command == "delete":
            _delete(desk, change, account)
        else:
            change.put_account(_switched(desk, account, operation))
    return len(operation.logins)


def _free_login(desk: Desk, wanted: int) -> int:
    if wanted < 0 or wanted in desk.book.accounts:
        raise No(Code.INVALID_DATA, f"the login {wanted} cannot be had")
    login = wanted or desk.book.last_login + 1
    if login > HIGHEST:
        raise No(Code.INVALID_DATA, "the server has no logins left")
    return login


def _details(desk: Desk, given: Details) -> dict[str, Any]:
    """Return what a person's record holds, its texts as the server keeps them."""
    if not given.name.strip() or given.leverage < 0:
        raise No(Code.INVALID_DATA, "an account needs a name and a leverage")
    kept = {one.name: getattr(given, one.name) for one in fields(Details)}
    return kept | {n: desk.identity.text(kept[n], most) for n, most in ACCOUNT_BYTES.items()}


def _delete(desk: Desk, change: Change, account: AccountRecord) -> None:
    if desk.book.open_of(account.login):
        raise No(Code.INVALID_DATA, f"{account.login} has open tickets")
    change.delete_account(account)


def _switched(desk: Desk, account: AccountRecord, operation: GroupOperation) -> AccountRecord:
    if operation.command in ("enable", "disable"):
        return replace(account, enabled=operation.command == "enable")
    if operation.command in ("read_only", "tradable"):
        return replace(account, read_only=operation.command == "read_only")
    if operation.command == "leverage" and operation.leverage > 0:
        return replace(account, leverage=operation.leverage)
    if operation.command != "group":
        raise No(Code.INVALID_DATA, f"{operation.command} {operation.leverage} cannot be done")
    _check_group(desk, account, operation.group)
    return replace(account, group=operation.group)


def _check_group(desk: Desk, account: AccountRecord, name: str) -> None:
    group = desk.book.groups.get(name)
    if group is None:
        raise No(Code.INVALID_DATA, f"there is no group {name}")
    if group.currency != account.currency:
        raise No(Code.INVALID_DATA, f"{name} is kept in {group.currency}, not {account.currency}")

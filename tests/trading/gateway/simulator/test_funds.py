"""Balance and credit operations, new accounts, switches: what MetaTrader books and refuses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import (
    Clock,
    Heard,
    a_desk,
    a_server,
    accounts,
    other_group,
    reopened,
)
from tests.factories.terms import a_group
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.funds import (
    Applicant,
    GroupOperation,
    change_balance,
    open_account,
    operate_on_group,
)
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, TradeRecord

DEPOSIT = Order(cmd=6, login=5001, price=Decimal("250.00"), comment="m1|deposit")
PERSON = Applicant(
    group="real-usd", name="Ada", leverage=0, password="abc12", password_investor="abc13"
)


def booked(desk: Desk, order: Order) -> TradeRecord:
    with desk.book.change() as change:
        return change_balance(desk, change, order)


def refused(desk: Desk, order: Order) -> Code:
    with pytest.raises(No) as refusal:
        booked(desk, order)
    return refusal.value.code


def test_a_deposit_is_a_closed_record_and_moves_the_balance(
    desk: Desk, heard: Heard, tmp_path: Path
) -> None:
    record = booked(desk, DEPOSIT)
    assert (record.cmd, record.profit, record.symbol) == (Cmd.BALANCE, Decimal("250.00"), "")
    assert record.opened_at == record.closed_at
    assert record.comment == "m1|deposit"
    assert desk.book.account(5001).balance == Decimal("10250.00")
    assert heard.kinds == ["trade_close", "account"]
    assert reopened(desk, tmp_path).book.account(5001).balance == Decimal("10250.00")


def test_nothing_checks_a_withdrawal_against_the_balance(desk: Desk) -> None:
    booked(desk, replace(DEPOSIT, price=Decimal("-99999.00")))
    assert desk.book.account(5001).balance == Decimal("-89999.00")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"price": Decimal(0)}, Code.INVALID_DATA),
        ({"price": Decimal("1.005")}, Code.INVALID_DATA),
        ({"cmd": 3}, Code.INVALID_DATA),
        ({"cmd": 7}, Code.INVALID_DATA),
        ({"login": 4}, Code.BAD_ACCOUNT_INFO),
    ],
)
def test_what_is_no_balance_operation_is_refused(
    desk: Desk, fields: dict[str, Any], code: Code
) -> None:
    assert refused(desk, replace(DEPOSIT, **fields)) is code
    assert desk.book.last_ticket == 0


def test_a_credit_in_needs_a_future_expiration_and_a_credit_out_none(
    desk: Desk, clock: Clock
) -> None:
    credit = replace(DEPOSIT, cmd=7, price=Decimal("50.00"))
    assert refused(desk, replace(credit, expiration=clock.time)) is Code.INVALID_DATA
    until = clock.time + timedelta(days=30)
    assert booked(desk, replace(credit, expiration=until)).expires_at == until
    assert desk.book.account(5001).credit == Decimal("50.00")
    booked(desk, replace(credit, price=Decimal("-20.00")))
    account = desk.book.account(5001)
    assert (account.credit, account.balance) == (Decimal("30.00"), Decimal("10000.00"))


def test_a_yen_account_has_no_decimals(tmp_path: Path) -> None:
    group = a_group(name="yen", currency="JPY")
    one = accounts({"group": "yen", "currency": "JPY", "balance": Decimal(1000)})
    desk = a_desk(tmp_path, beginning=a_server(groups=(group,), accounts=one))
    assert refused(desk, replace(DEPOSIT, price=Decimal("0.5"))) is Code.INVALID_DATA
    booked(desk, replace(DEPOSIT, price=Decimal("5.00")))
    assert str(desk.book.account(5001).balance) == "1005"


def test_a_disabled_account_takes_no_money_a_read_only_one_does(tmp_path: Path) -> None:
    both = accounts({"enabled": False}, {"login": 5002, "read_only": True})
    desk = a_desk(tmp_path, beginning=a_server(accounts=both))
    assert refused(desk, DEPOSIT) is Code.ACCOUNT_DISABLED
    assert booked(desk, replace(DEPOSIT, login=5002)).ticket == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("x" * 40, "x" * 31),
        ("é" * 40, "é" * 31),  # one byte each in this code page
        ("€uro", "€uro"),
        ("日本 7", "?? 7"),  # not in this code page
    ],
)
def test_a_comment_is_cut_by_bytes_of_the_code_page(desk: Desk, sent: str, kept: str) -> None:
    assert booked(desk, replace(DEPOSIT, comment=sent)).comment == kept


def test_an_account_is_opened_empty_under_the_next_login(desk: Desk, heard: Heard) -> None:
    with desk.book.change() as change:
        account = open_account(desk, change, PERSON)
    assert (account.login, account.balance, account.leverage) == (5002, 0, 100)
    assert account.currency == "USD"
    assert heard.kinds == ["account"]
    assert "abc12" not in repr(account)


@pytest.mark.parametrize(
    "fields",
    [
        {"group": "nowhere"},
        {"name": " "},
        {"password": "abcdef"},  # no digit
        {"password": "12345"},
        {"password": "abc1"},
        {"password": "abcdefghijklmno1"},  # 16 characters
        {"password_investor": "abc12"},  # equals the master password
        {"leverage": -1},
    ],
)
def test_an_account_that_cannot_be_opened_gives_3(desk: Desk, fields: dict[str, Any]) -> None:
    with pytest.raises(No) as refusal, desk.book.change() as change:
        open_account(desk, change, replace(PERSON, **fields))
    assert refusal.value.code is Code.INVALID_DATA
    assert list(desk.book.accounts) == [5001]


def test_switches_are_thrown_for_all_logins_or_none(tmp_path: Path) -> None:
    groups = (a_group(), a_group(name="vip"), other_group())
    both = accounts({}, {"login": 5002})
    desk = a_desk(tmp_path, beginning=a_server(groups=groups, accounts=both))

    def throw(command: str, *logins: int, **fields: Any) -> int:
        with desk.book.change() as change:
            operation = GroupOperation(logins=logins, command=command, **fields)
            return operate_on_group(desk, change, operation)

    assert throw("disable", 5001, 5002) == 2
    assert throw("enable", 5001) == 1
    throw("read_only", 5001)
    throw("leverage", 5001, leverage=400)
    throw("group", 5001, group="vip")
    one, two = desk.book.accounts.values()
    assert (one.enabled, one.read_only, one.leverage, one.group) == (True, True, 400, "vip")
    assert not two.enabled
    for command, fields in (("group", {"group": "real-eur"}), ("leverage", {}), ("delete", {})):
        with pytest.raises(No):
            throw(command, 5001, **fields)
    with pytest.raises(No):
        throw("disable", 5001, 9)
    assert desk.book.account(5001).enabled

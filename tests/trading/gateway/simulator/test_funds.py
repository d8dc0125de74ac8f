"""Balance and credit operations: what MetaTrader books and refuses."""

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
    reopened,
)
from tests.factories.terms import a_group
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, TradeRecord

DEPOSIT = Order(cmd=6, login=5001, price=Decimal("250.00"), comment="m1|deposit")


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

"""New accounts, updates, switches, passwords, deletion: what MetaTrader keeps and refuses."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.factories.simulator import Heard, a_desk, a_server, accounts, other_group, reopened
from tests.factories.terms import a_group, a_position
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.persons.accounts import (
    Applicant,
    GroupOperation,
    Update,
    open_account,
    operate_on_group,
    set_password,
    update_account,
)
from trading.gateway.simulator.protocol import Code, No
from trading.terms import NO_COLOR, AccountRecord

PERSON = Applicant(
    group="real-usd", name="Ada", leverage=0, password="abc12", password_investor="abc13"
)
RECORD = Update(
    login=5001, group="real-usd", name="Ada B", leverage=200, enabled=True, read_only=True,
    color=NO_COLOR, may_change_password=False, sends_reports=True, address="Long Street 1",
)  # fmt: skip


def opened(desk: Desk, applicant: Applicant) -> AccountRecord:
    with desk.book.change() as change:
        return open_account(desk, change, applicant)


def has(desk: Desk, login: int, password: str, *, investor: bool = False) -> bool:
    change = Change(desk.book, desk.hours.now())
    return change.has_password(login, password, investor=investor)


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
    for command, fields in (("group", {"group": "real-eur"}), ("leverage", {}), ("fly", {})):
        with pytest.raises(No):
            throw(command, 5001, **fields)
    with pytest.raises(No):
        throw("disable", 5001, 9)
    assert desk.book.account(5001).enabled


def test_a_login_may_be_wished_for_while_it_is_free(desk: Desk) -> None:
    assert opened(desk, replace(PERSON, login=7001)).login == 7001
    for taken in (7001, -1):
        with pytest.raises(No) as refusal:
            opened(desk, replace(PERSON, login=taken))
        assert refusal.value.code is Code.INVALID_DATA
    assert opened(desk, PERSON).login == 7002


def test_an_update_writes_the_whole_record(desk: Desk, heard: Heard, tmp_path: Path) -> None:
    before = desk.book.account(5001)
    with desk.book.change() as change:
        update_account(desk, change, RECORD)
    after = reopened(desk, tmp_path).book.account(5001)
    assert (after.name, after.leverage, after.read_only) == ("Ada B", 200, True)
    assert (after.address, after.email, after.may_change_password) == ("Long Street 1", "", False)
    assert (after.balance, after.registered_at) == (before.balance, before.registered_at)
    assert heard.kinds == ["account"]
    for wrong in ({"login": 9}, {"group": "nowhere"}, {"name": " "}):
        with pytest.raises(No), desk.book.change() as change:
            update_account(desk, change, replace(RECORD, **wrong))


def test_passwords_are_kept_apart_and_never_in_the_clear(desk: Desk, tmp_path: Path) -> None:
    login = opened(desk, PERSON).login
    assert has(desk, login, "abc12")
    assert has(desk, login, "abc13", investor=True)
    assert not has(desk, login, "abc13")
    with desk.book.change() as change:
        set_password(change, login, "new45", investor=False)
    again = reopened(desk, tmp_path)
    assert has(again, login, "new45")
    assert not has(again, login, "abc12")
    assert b"new45" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [
        (9, "new45", Code.BAD_ACCOUNT_INFO),
        (5002, "simple", Code.INVALID_DATA),
        (5002, "abc13", Code.INVALID_DATA),  # the investor's
    ],
)
def test_a_password_that_may_not_be_is_refused(
    desk: Desk, login: int, password: str, code: Code
) -> None:
    opened(desk, PERSON)
    with pytest.raises(No) as refusal, desk.book.change() as change:
        set_password(change, login, password, investor=False)
    assert refusal.value.code is code
    assert has(desk, 5002, "abc12")


def test_a_deleted_account_is_gone_with_its_passwords(
    desk: Desk, heard: Heard, tmp_path: Path
) -> None:
    login = opened(desk, PERSON).login
    with desk.book.change() as change:
        operate_on_group(desk, change, GroupOperation(logins=(login,), command="delete"))
    assert heard.kinds == ["account", "account_delete"]
    after = reopened(desk, tmp_path)
    assert list(after.book.accounts) == [5001]
    assert not has(after, login, "abc12")
    with pytest.raises(No):
        after.book.account(login)


def test_an_account_with_open_tickets_is_not_deleted(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, beginning=a_server(trades=(a_position(),)))
    with pytest.raises(No), desk.book.change() as change:
        operate_on_group(desk, change, GroupOperation(logins=(5001,), command="delete"))
    assert list(desk.book.accounts) == [5001]

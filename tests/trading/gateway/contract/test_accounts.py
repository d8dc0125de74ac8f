"""Accounts, the same for every engine: opened, changed, switched, deleted, asked for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.factories.dealer import Dealer
from tests.factories.engines import Bench
from trading.gateway.errors import BadMessage, NotSent, Refused
from trading.gateway.port import AccountChanges, NewAccount
from trading.terms import NO_COLOR, BalanceKind, Passage

pytestmark = pytest.mark.processes

Passages = Callable[[], Passage]


@pytest.mark.verbs("open_account", "account")
def test_an_account_is_opened_as_it_was_asked_for(bench: Bench, passage: Passages) -> None:
    group = bench.gateway.groups()[0]
    wanted = NewAccount(
        group=group.name, name="Grace Example", leverage=200, password="Secret1",
        investor_password="Secret2", email="grace@example.com", phone="+4930123", country="Germany",
        city="Köln", comment="from the web", state="NRW", zip_code="50667", address="Domplatz 1",
        lead_source="fair", id_number="P-1", status="RE", agent_login=5,
    )  # fmt: skip
    once = passage()
    done = bench.gateway.open_account(passage=once, account=wanted)
    record = bench.gateway.account(login=done.login)
    assert done.account == record
    for name in ("group", "name", "leverage", "email", "phone", "country", "city", "comment"):
        assert getattr(record, name) == getattr(wanted, name)
    for name in ("state", "zip_code", "address", "lead_source", "id_number", "status"):
        assert getattr(record, name) == getattr(wanted, name)
    assert (record.currency, record.agent_login, record.color) == (group.currency, 5, NO_COLOR)
    assert (record.balance, record.credit, record.enabled, record.read_only) == (0, 0, True, False)
    with pytest.raises(NotSent, match="journal holds this attempt"):
        bench.gateway.open_account(passage=once, account=wanted)


@pytest.mark.verbs("open_account", "logins")
def test_a_login_of_our_own_is_given_once(bench: Bench, passage: Passages) -> None:
    wanted = NewAccount(
        group=bench.gateway.groups()[0].name, name="Ada", leverage=100, password="Secret1",
        investor_password="Secret2", login=max(bench.gateway.logins()) + 1000,
    )  # fmt: skip
    done = bench.gateway.open_account(passage=passage(), account=wanted)
    assert done.login == wanted.login
    with pytest.raises(Refused, match="is taken") as no:
        bench.gateway.open_account(passage=passage(), account=wanted)
    assert no.value.code == 3


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"group": "nowhere"}, Refused, "there is no group nowhere"),
        ({"name": " "}, Refused, "needs a name"),
        ({"investor_password": "Secret1"}, Refused, "equals the master password"),
        ({"password": "abcde"}, BadMessage, "needs two of"),
        ({"password": "Ab1"}, BadMessage, "5 to 15 characters"),
        ({"name": "名前"}, BadMessage, "code page"),
        ({"city": "x" * 32}, BadMessage, "32 bytes in cp1252; MetaTrader keeps 31"),
        ({"comment": "one\ntwo"}, BadMessage, "control character"),
    ],
)
@pytest.mark.verbs("open_account", "logins")
def test_an_account_that_cannot_be_is_not_opened(
    bench: Bench, passage: Passages, changed: dict[str, Any], error: type[Exception], words: str
) -> None:
    wanted = NewAccount(
        group=bench.gateway.groups()[0].name, name="Ada", leverage=100, password="Secret1",
        investor_password="Secret2",
    )  # fmt: skip
    before = bench.gateway.logins()
    with pytest.raises(error, match=words):
        bench.gateway.open_account(passage=passage(), account=replace(wanted, **changed))
    assert bench.gateway.logins() == before


@pytest.mark.verbs("update_account")
def test_an_update_changes_what_it_names_and_nothing_else(
    bench: Bench, passage: Passages, login: int
) -> None:
    before = bench.gateway.account(login=login)
    changes = AccountChanges(
        name="Ada Lovelace", email="", phone="+44123", address="St James's Square 12",
        comment="é in the code page", status="RE", color=0x00FF00, agent_login=7,
        may_change_password=False, sends_reports=False,
    )  # fmt: skip
    done = bench.gateway.update_account(passage=passage(), login=login, changes=changes)
    after = bench.gateway.account(login=login)
    assert done.account == after
    assert after == replace(before, changed_stamp=after.changed_stamp, **changes.given())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (AccountChanges(), "nothing to change"),
        (AccountChanges(comment="x" * 64), "64 bytes in cp1252; MetaTrader keeps 63"),
        (AccountChanges(name="Ада"), "code page"),
    ],
)
@pytest.mark.verbs("update_account", "account")
def test_an_update_that_cannot_be_changes_nothing(
    bench: Bench, passage: Passages, login: int, changes: AccountChanges, words: str
) -> None:
    before = bench.gateway.account(login=login)
    with pytest.raises(BadMessage, match=words):
        bench.gateway.update_account(passage=passage(), login=login, changes=changes)
    assert bench.gateway.account(login=login) == before


@pytest.mark.verbs("set_enabled", "set_read_only")
def test_switches_are_thrown_and_may_be_thrown_again(
    bench: Bench, passage: Passages, login: int
) -> None:
    gateway = bench.gateway
    for value in (False, False, True):
        done = gateway.set_enabled(passage=passage(), login=login, enabled=value)
        assert done.account.enabled is gateway.account(login=login).enabled is value
    for value in (True, True, False):
        done = gateway.set_read_only(passage=passage(), login=login, read_only=value)
        assert done.account.read_only is gateway.account(login=login).read_only is value


@pytest.mark.verbs("set_leverage")
def test_the_leverage_is_set(bench: Bench, passage: Passages, login: int) -> None:
    done = bench.gateway.set_leverage(passage=passage(), login=login, leverage=33)
    assert done.account.leverage == bench.gateway.account(login=login).leverage == 33
    with pytest.raises(Refused) as no:
        bench.gateway.set_leverage(passage=passage(), login=login, leverage=0)
    assert no.value.code == 3
    assert bench.gateway.account(login=login).leverage == 33


@pytest.mark.verbs("set_group")
def test_the_group_changes_within_its_currency(bench: Bench, passage: Passages, login: int) -> None:
    groups = bench.gateway.groups()
    mine = next(one for one in groups if one.name == bench.gateway.account(login=login).group)
    bench.copy_group(mine.name, "vip-alike")
    done = bench.gateway.set_group(passage=passage(), login=login, group="vip-alike")
    assert done.account.group == bench.gateway.account(login=login).group == "vip-alike"
    other = next(one.name for one in groups if one.currency != mine.currency)
    for name in (other, "nowhere"):
        with pytest.raises(Refused) as no:
            bench.gateway.set_group(passage=passage(), login=login, group=name)
        assert no.value.code == 3
    with pytest.raises(BadMessage, match="16 bytes"):
        bench.gateway.set_group(passage=passage(), login=login, group="x" * 16)
    assert bench.gateway.account(login=login).group == "vip-alike"


@pytest.mark.verbs("set_password", "check_password")
def test_passwords_are_set_and_the_masters_can_be_checked(
    bench: Bench, passage: Passages, login: int
) -> None:
    gateway = bench.gateway
    assert gateway.check_password(login=login, password="Secret1") is True
    gateway.set_password(passage=passage(), login=login, password="Better22")
    assert gateway.check_password(login=login, password="Better22") is True
    assert gateway.check_password(login=login, password="Secret1") is False
    gateway.set_password(passage=passage(), login=login, password="Looker33", investor=True)
    assert gateway.check_password(login=login, password="Better22") is True
    assert gateway.check_password(login=login, password="Looker33") is False
    with pytest.raises(Refused, match="equals"):
        gateway.set_password(passage=passage(), login=login, password="Better22", investor=True)
    with pytest.raises(BadMessage, match="5 to 15"):
        gateway.set_password(passage=passage(), login=login, password="x" * 16)
    with pytest.raises(Refused) as no:
        gateway.check_password(login=1, password="Secret1")
    assert no.value.code == 65


@pytest.mark.verbs("delete_account", "logins", "account")
def test_a_deleted_account_is_gone(bench: Bench, passage: Passages, login: int) -> None:
    done = bench.gateway.delete_account(passage=passage(), login=login)
    assert (done.login, done.account) == (login, None)
    assert login not in bench.gateway.logins()
    with pytest.raises(Refused) as no:
        bench.gateway.account(login=login)
    assert no.value.code == 65


@pytest.mark.verbs("delete_account")
def test_an_account_with_money_or_an_open_ticket_stays(dealer: Dealer) -> None:
    ticket = dealer.pending().ticket  # a market order without money would be stopped out
    for reason in ("still holds", "open tickets"):
        with pytest.raises(Refused, match=reason) as no:
            dealer.tell("delete_account")
        assert no.value.code == 3
        money = {"kind": BalanceKind.BALANCE, "amount": -dealer.balance(), "comment": ""}
        if money["amount"]:
            dealer.tell("change_balance", **money)
    assert list(dealer.open_now()) == [ticket]


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("update_account", {"changes": AccountChanges(name="Ada")}),
        ("set_password", {"password": "Secret9"}),
        ("set_enabled", {"enabled": True}),
        ("set_read_only", {"read_only": True}),
        ("set_leverage", {"leverage": 100}),
        ("set_group", {"group": "demo"}),
        ("delete_account", {}),
    ],
)
@pytest.mark.verbs
def test_an_unknown_login_is_refused_by_every_verb(
    bench: Bench, passage: Passages, verb: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as no:
        getattr(bench.gateway, verb)(passage=passage(), login=1, **fields)
    assert no.value.code == 65

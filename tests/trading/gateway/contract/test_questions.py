"""Questions, the same for every engine: by login, group, symbol and time, and about the server."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories.dealer import Dealer
from tests.factories.engines import Bench
from trading.gateway import clock
from trading.gateway.errors import Refused
from trading.gateway.port import Page
from trading.terms import BalanceKind, LogCode, LogKind, Passage

pytestmark = pytest.mark.processes

Passages = Callable[[], Passage]


def pages(ask: Callable[..., Page[Any]], **wanted: Any) -> list[Any]:
    """Return the records of every page."""
    records, cursor = [], ""
    while True:
        page = ask(cursor=cursor, **wanted)
        records += page.records
        cursor = page.next_cursor
        if not cursor:
            return records


def now() -> dict[str, datetime]:
    return {"start": clock.now() - timedelta(minutes=5), "end": clock.now() + timedelta(minutes=5)}


@pytest.mark.verbs("server_info", "symbols", "groups", "quotes")
def test_the_server_says_what_it_is_and_what_is_traded(bench: Bench) -> None:
    info = bench.gateway.server_info()
    offset = info.server_time - info.now.replace(tzinfo=None)
    assert abs(offset - round(offset / timedelta(hours=1)) * timedelta(hours=1)) < timedelta(
        seconds=30
    )
    symbols = {one.name: one for one in bench.gateway.symbols()}
    assert symbols["EURUSD"].digits == 5
    for group in bench.gateway.groups():
        allowed = group.security(symbols["EURUSD"].security)
        assert 1 <= allowed.lot_step <= allowed.lot_min <= allowed.lot_max
        assert group.stop_out_percent < group.margin_call_percent
    assert {one.symbol for one in bench.gateway.quotes()} <= symbols.keys()


@pytest.mark.verbs("accounts", "accounts_in", "logins", "account")
def test_accounts_are_found_by_stamp_group_and_login(bench: Bench, login: int) -> None:
    gateway = bench.gateway
    mine = gateway.account(login=login)
    everybody = pages(gateway.accounts)
    assert tuple(one.login for one in everybody) == gateway.logins()
    assert mine in everybody
    assert mine in pages(gateway.accounts, since_stamp=mine.changed_stamp)
    assert mine not in pages(gateway.accounts, since_stamp=mine.changed_stamp + 60)
    for mask in (mine.group, f"nowhere,{mine.group[:3]}*", "*"):
        found = pages(gateway.accounts_in, group=mask)
        assert mine in found
        assert all(one.group == mine.group for one in found) or "*" in mask
    assert pages(gateway.accounts_in, group="nowhere") == []


@pytest.mark.verbs("open_trades", "open_trades_of", "open_tickets", "trades", "trade")
def test_open_tickets_are_found_by_login_group_and_symbol(dealer: Dealer) -> None:
    gateway = dealer.gateway
    gold = next(one for one in gateway.quotes() if one.symbol == "XAUUSD")
    euro = dealer.open().ticket
    metal = dealer.open(symbol="XAUUSD", price=gold.ask, volume=1).ticket
    group = gateway.account(login=dealer.login).group
    assert {euro, metal} <= set(gateway.open_tickets())
    assert {one.ticket for one in gateway.open_trades()} == set(gateway.open_tickets())
    for wanted, found in (
        ({"login": dealer.login}, {euro, metal}),
        ({"login": dealer.login, "symbol": "XAUUSD"}, {metal}),
        ({"login": dealer.login, "group": group, "symbol": "EURUSD"}, {euro}),
        ({"login": dealer.login, "group": "nowhere"}, set()),
    ):
        assert {one.ticket for one in gateway.open_trades_of(**wanted)} == found
    assert {euro, metal} <= {one.ticket for one in gateway.open_trades_of(group=group)}
    record = gateway.trade(ticket=euro)
    changed = pages(gateway.trades, since_stamp=record.changed_stamp)
    assert {euro, metal} <= {one.ticket for one in changed}


@pytest.mark.verbs("closed_trades", "history")
def test_closed_trades_are_found_by_time_group_and_symbol(dealer: Dealer) -> None:
    gateway, ticket = dealer.gateway, dealer.open().ticket
    closed = dealer.tell("close_trade", ticket=ticket, volume_hundredths=20, price=dealer.bid)
    group = gateway.account(login=dealer.login).group
    for wanted in ({}, {"group": group}, {"symbol": "EURUSD"}, {"group": "*", "symbol": "EURUSD"}):
        assert closed.record in pages(gateway.closed_trades, **now(), **wanted)
    for wanted in ({"group": "nowhere"}, {"symbol": "XAUUSD"}):
        found = pages(gateway.closed_trades, **now(), **wanted)
        assert ticket not in {one.ticket for one in found}
    end = closed.record.closed_at if closed.record is not None else None
    before = pages(gateway.closed_trades, start=end - timedelta(days=1), end=end)
    assert ticket not in {one.ticket for one in before}  # half-open
    everything = {one.ticket for one in pages(gateway.closed_trades, **now())}
    assert {one.ticket for one in gateway.history(login=dealer.login, **now())} <= everything


@pytest.mark.verbs("margin", "margins")
def test_margins_of_everybody_are_those_of_each(dealer: Dealer) -> None:
    dealer.open()
    states = {one.login: one for one in pages(dealer.gateway.margins)}
    assert set(states) == set(dealer.gateway.logins())
    mine = states[dealer.login]
    assert mine == dealer.gateway.margin(login=dealer.login)
    assert mine.margin > 0
    assert mine.equity == mine.balance + mine.credit + mine.floating


@pytest.mark.verbs("online")
def test_who_is_online_is_known_with_the_address(bench: Bench, login: int) -> None:
    bench.sign_in(login, "198.51.100.7")
    mine = [one for one in bench.gateway.online() if one.login == login]
    assert [(one.ip, one.group) for one in mine] == [
        ("198.51.100.7", bench.gateway.account(login=login).group)
    ]
    bench.sign_out(login)
    assert login not in {one.login for one in bench.gateway.online()}


@pytest.mark.verbs("set_enabled", "online")
def test_a_disabled_account_is_online_no_longer(
    bench: Bench, login: int, passage: Passages
) -> None:
    bench.sign_in(login, "198.51.100.8")
    bench.gateway.set_enabled(passage=passage(), login=login, enabled=False)
    assert login not in {one.login for one in bench.gateway.online()}


@pytest.mark.verbs("daily_reports")
def test_the_end_of_a_day_leaves_a_report_of_each_account(bench: Bench, dealer: Dealer) -> None:
    ticket = dealer.open().ticket
    dealer.tell("close_trade", ticket=ticket, volume_hundredths=20, price=dealer.bid)
    dealer.open()
    state = dealer.gateway.margin(login=dealer.login)
    bench.end_day()
    (report,) = pages(dealer.gateway.daily_reports, login=dealer.login)
    after = dealer.gateway.account(login=dealer.login)
    assert (report.balance, report.group) == (after.balance, after.group)
    assert (report.balance_previous, after.previous_balance) == (0, after.balance)
    assert (report.deposit, report.closed) == (Decimal("5000.00"), after.balance - 5000)
    assert (report.floating, report.margin) == (state.floating, state.margin)
    assert report.equity == report.balance + report.credit + report.floating
    everybody = pages(dealer.gateway.daily_reports, since_stamp=report.stamp)
    assert {one.login for one in everybody} == set(dealer.gateway.logins())
    assert pages(dealer.gateway.daily_reports, since_stamp=report.stamp + 3600) == []


@pytest.mark.verbs("journal")
def test_the_journal_says_who_did_what_from_where(bench: Bench, dealer: Dealer) -> None:
    def lines(text: str, kind: LogKind = LogKind.FULL) -> list[Any]:
        return pages(dealer.gateway.journal, kind=kind, text=text, **now())

    login = dealer.login
    dealer.tell("set_leverage", leverage=55)
    ticket = dealer.open().ticket
    dealer.tell("set_password", password="Better22")
    bench.sign_in(login, "198.51.100.9")
    (leverage,) = lines(f"'{login}' - leverage: 100 -> 55")
    (order,) = lines(f"order #{ticket} for", LogKind.TRADES)
    (deposit,) = lines(f"5000.00 for '{login}'")
    (password,) = lines(f"master password of '{login}'")[-1:]
    assert {one.author for one in (leverage, order, deposit, password)} == {900}
    assert order.code is LogCode.TRADE
    assert "Better22" not in password.message
    (came,) = [one for one in lines("login", LogKind.LOGINS) if one.author == login]
    assert (came.ip, came.code) == ("198.51.100.9", LogCode.LOGIN)
    with pytest.raises(Refused):
        dealer.tell("set_leverage", leverage=0)
    refused = lines("users_group_op refused", LogKind.ERRORS)[-1]
    assert refused.code is LogCode.WARNING
    times = [one.at for one in lines("")]
    assert times == sorted(times)
    assert pages(dealer.gateway.journal, start=now()["end"], end=now()["end"]) == []


@pytest.mark.verbs("managers", "change_balance")
def test_managers_are_listed_and_a_missing_right_is_a_refusal(bench: Bench, dealer: Dealer) -> None:
    ours = next(one for one in dealer.gateway.managers() if one.login == 900)
    poor = replace(ours, rights=tuple(r for r in ours.rights if r not in ("money", "logs")))
    money = {"kind": BalanceKind.BALANCE, "amount": Decimal(1), "comment": ""}
    bench.put_manager(poor)
    try:
        assert poor in dealer.gateway.managers()
        with pytest.raises(Refused) as no:
            dealer.tell("change_balance", **money)
        assert (no.value.code, no.value.text) == (7, "not enough rights: money")
        with pytest.raises(Refused, match="not enough rights"):
            dealer.gateway.journal(**now())
    finally:
        bench.put_manager(ours)
    assert dealer.balance() == Decimal("5000.00")
    dealer.tell("change_balance", **money)


@pytest.mark.parametrize(
    ("verb", "fields", "code"),
    [
        ("account", {"login": 1}, 65),
        ("margin", {"login": 1}, 65),
        ("history", {"login": 1, **now()}, 65),
        ("open_trades_of", {"login": 1}, 65),
        ("open_trades_of", {"symbol": "NOPE"}, 3),
        ("closed_trades", {"symbol": "NOPE", **now()}, 3),
        ("daily_reports", {"login": 1}, 65),
        ("trade", {"ticket": 2**31 - 1}, 3),
    ],
)
@pytest.mark.verbs
def test_what_is_not_there_is_refused_with_the_servers_words(
    bench: Bench, verb: str, fields: dict[str, Any], code: int
) -> None:
    with pytest.raises(Refused) as no:
        getattr(bench.gateway, verb)(**fields)
    assert no.value.code == code
    assert no.value.text.count("there is no") == 1

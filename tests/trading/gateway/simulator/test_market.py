"""The market: the same walk for the same seed, no triangle that pays, held prices that stay."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.factories.simulator import Clock
from trading.calc.equity import account_state
from trading.calc.pips import point
from trading.gateway.simulator.beginning.instruments import instruments
from trading.gateway.simulator.beginning.state import Beginning
from trading.gateway.simulator.beginning.world import invent
from trading.gateway.simulator.hours import Hours
from trading.gateway.simulator.market import Market
from trading.gateway.simulator.protocol import Code, No
from trading.terms import Cmd, LevelType, Quote

KNOWN = {one.spec.name: one for one in instruments()}
SPECS = {name: one.spec for name, one in KNOWN.items()}


def world(seed: int = 7, accounts: int = 12) -> Beginning:
    clock = Clock()
    hours = Hours(ZoneInfo("Europe/Athens"), clock, weekends=True)
    return invent(
        seed=seed, accounts=accounts, days=20, company="Example", hours=hours, now=clock.time
    )


def a_market(seed: int = 7, *, held: bool = False) -> Market:
    tempers = {name: one.temper for name, one in KNOWN.items()}
    return Market(SPECS, world(accounts=1).quotes, tempers=tempers, seed=seed, held=held)


def walked(market: Market, steps: int) -> list[Quote]:
    return [quote for _ in range(steps) for quote in market.step(Clock().time)]


def test_there_are_28_symbols_and_every_one_has_a_price() -> None:
    assert len(SPECS) == 28
    assert set(a_market().quotes) == set(SPECS)


def test_the_same_seed_walks_the_same_way() -> None:
    first = walked(a_market(), 200)
    assert first == walked(a_market(), 200)
    assert first != walked(a_market(8), 200)
    assert {quote.symbol for quote in first} == set(SPECS)


def test_every_quote_has_a_spread_and_the_symbols_digits() -> None:
    for quote in walked(a_market(), 300):
        step = point(SPECS[quote.symbol])
        assert 0 < quote.bid < quote.ask
        assert quote.bid % step == quote.ask % step == 0


def test_a_cross_follows_its_two_dollar_pairs() -> None:
    market = a_market()
    walked(market, 400)
    quotes = market.quotes
    implied = quotes["EURUSD"].mid * quotes["USDJPY"].mid
    assert abs(quotes["EURJPY"].mid - implied) < Decimal("0.05")
    implied = quotes["EURUSD"].mid / quotes["GBPUSD"].mid
    assert abs(quotes["EURGBP"].mid - implied) < Decimal("0.0005")


def test_a_held_market_moves_only_by_hand() -> None:
    market = a_market(held=True)
    before = dict(market.quotes)
    assert walked(market, 100) == []
    spread = before["EURUSD"].ask - before["EURUSD"].bid
    quote = market.set_quote("EURUSD", Decimal("1.10000"), None, Clock().time)
    assert quote.ask - quote.bid == spread
    assert {**market.quotes, "EURUSD": before["EURUSD"]} == before


@pytest.mark.parametrize(
    ("symbol", "bid", "ask", "code"),
    [
        ("NOPE", "1", "1", Code.INVALID_DATA),
        ("EURUSD", "0", "1", Code.BAD_PRICES),
        ("EURUSD", "1.2", "1.1", Code.BAD_PRICES),
        ("EURUSD", "1.000001", "1.1", Code.BAD_PRICES),
    ],
)
def test_a_quote_that_is_none_is_refused(symbol: str, bid: str, ask: str, code: Code) -> None:
    market = a_market(held=True)
    before = dict(market.quotes)
    with pytest.raises(No) as refused:
        market.set_quote(symbol, Decimal(bid), Decimal(ask), Clock().time)
    assert refused.value.code is code
    assert market.quotes == before


def test_the_same_seed_invents_the_same_world() -> None:
    assert world() == world()
    assert world().trades != world(8).trades


def test_an_invented_account_adds_up_and_is_in_no_danger() -> None:
    made = world()
    specs = {spec.name: spec for spec in made.symbols}
    groups = {group.name: group for group in made.groups}
    quotes = {quote.symbol: quote for quote in made.quotes}
    for account in made.accounts:
        mine = [trade for trade in made.trades if trade.login == account.login]
        closed = [t for t in mine if not t.is_open and t.cmd is not Cmd.CREDIT]
        results = sum((t.profit + t.swap + t.commission + t.taxes for t in closed), Decimal(0))
        assert results == account.balance > 0
        state = account_state(account, mine, specs, groups[account.group], quotes)
        assert state.level_type is LevelType.OK


def test_the_invented_history_has_everything_a_server_has() -> None:
    made = world(accounts=40)
    kinds = {trade.cmd for trade in made.trades}
    assert kinds >= {Cmd.BUY, Cmd.SELL, Cmd.BALANCE}
    assert len(made.accounts) == 40
    assert {account.group for account in made.accounts} == {g.name for g in made.groups}
    assert any(trade.is_open and trade.cmd.is_market for trade in made.trades)
    assert any(trade.is_open and trade.cmd.is_pending for trade in made.trades)
    assert any(trade.comment == "cancelled" for trade in made.trades)
    assert any(trade.profit < 0 for trade in made.trades if trade.cmd is Cmd.BALANCE)
    assert any(trade.swap for trade in made.trades)


def test_tickets_rise_with_time_and_partial_closes_are_chained() -> None:
    made = world(accounts=40)
    by_ticket = {trade.ticket: trade for trade in made.trades}
    assert list(by_ticket) == sorted(by_ticket)
    parts = [trade for trade in made.trades if trade.comment.startswith("to #")]
    assert parts
    for part in parts:
        rest = by_ticket[int(part.comment.removeprefix("to #"))]
        assert rest.comment == f"from #{part.ticket}"
        assert (rest.opened_at, rest.open_price) == (part.opened_at, part.open_price)
        assert rest.ticket > part.ticket

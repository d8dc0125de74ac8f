"""Many positions at once: blocks, whole numbers and doubles say what the sums say of each."""

import random
from decimal import Decimal

import pytest

from tests.factories.market import a_group, a_quote, a_record, a_trade
from trading.calc import equity
from trading.gateway.simulator.beginning.instruments import instruments
from trading.live import valuing
from trading.live.board import Board
from trading.terms import Cmd

KNOWN = instruments()
SPECS = {one.spec.name: one.spec for one in KNOWN}
CURRENCIES = ("USD", "EUR", "JPY", "USC")
BLOCK, POSITIONS = 700, 1_800


def full_board(chance: random.Random) -> Board:
    """A board with every symbol, an account a currency, and more positions than two blocks."""
    groups = [a_group(f"real-{currency}", currency) for currency in CURRENCIES]
    board = Board(SPECS.values(), groups)
    for login, group in enumerate(groups, start=1):
        board.put_account(a_record(login, group.name, group.currency))
    for one in KNOWN:
        board.put_quote(a_quote(one.spec.name, one.price, one.price))
    for ticket in range(1, POSITIONS + 1):
        spec = chance.choice(KNOWN).spec
        price = board.quotes[spec.name].bid
        board.put_trade(
            a_trade(
                ticket,
                chance.randint(1, len(CURRENCIES)),
                symbol=spec.name,
                cmd=chance.choice((Cmd.BUY, Cmd.SELL)),
                volume_hundredths=chance.choice((chance.randint(1, 300), 5_000_000)),
                open_price=price + Decimal(chance.randint(-90, 90)).scaleb(-spec.digits),
            )
        )
    return board


def compare(board: Board) -> None:
    """Every position and every account's floating result is what `trading.calc` says."""
    for login, currency in enumerate(CURRENCIES, start=1):
        mine = [trade for trade in board.trades.values() if trade.login == login]
        group = board.groups[f"real-{currency}"]
        record = a_record(login, group.name, currency)
        known = equity.reckon(record, mine, SPECS, group, board.quotes)
        shown = {one.ticket: one.profit for one in board.positions(login)}
        assert shown == {one.ticket: one.profit for one in known.positions}
        assert board.figures(login).floating == known.floating


def test_every_block_of_rows_is_what_the_sums_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """All books at once, then a few of them, then after positions came and went."""
    monkeypatch.setattr(valuing, "BLOCK", BLOCK)
    chance = random.Random(3)
    board = full_board(chance)
    board.settle()
    compare(board)
    assert board.take_changed() == {1, 2, 3, 4}
    for name in ("GER40", "BTCUSD", "USDJPY"):
        point = Decimal(7).scaleb(-SPECS[name].digits)
        bid = board.quotes[name].bid + point
        board.put_quote(a_quote(name, bid, bid + point))
    for ticket in range(1, POSITIONS, 97):
        board.drop_trade(ticket)
    board.settle()
    compare(board)


def test_a_nearer_pair_serves_as_soon_as_it_has_a_price() -> None:
    """CHF reaches EUR through the dollar until EURCHF has its first quote, and not at 0."""
    board = Board(SPECS.values(), [a_group("real-EUR", "EUR")])
    board.put_account(a_record(1, "real-EUR", "EUR"))
    board.put_trade(a_trade(1, 1, symbol="USDCHF", open_price=Decimal("0.9")))
    for name, price in (("USDCHF", "0.91"), ("EURUSD", "1.1")):
        board.put_quote(a_quote(name, price, price))
    board.settle()
    through_the_dollar = board.positions(1)[0].profit
    for price in ("0.99", "0", "0.98"):
        board.put_quote(a_quote("EURCHF", price, price))
        board.settle()
        direct = board.positions(1)[0].profit
        assert (direct == through_the_dollar) == (price == "0")
        trade = [board.trades[1]]
        known = equity.reckon(
            a_record(1, "real-EUR", "EUR"), trade, SPECS, board.groups["real-EUR"], board.quotes
        )
        assert direct == known.positions[0].profit

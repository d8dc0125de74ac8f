"""Half cents: where a double is on the wrong side, the board reckons exactly."""

from decimal import Decimal

from tests.factories.market import a_group, a_quote, a_record, a_spec, a_trade
from trading.calc import equity
from trading.live.board import Board
from trading.terms import Cmd, ProfitMode

INDEX = a_spec("GER40", "", "EUR", digits=1, contract_size=Decimal(1), profit_mode=ProfitMode.CFD)
GROUP = a_group("eur", "EUR")


def test_half_cents_are_rounded_as_the_sums_round_them() -> None:
    """Of 3,000 positions hundreds lie on half a cent, on both sides of zero."""
    board = Board([INDEX], [GROUP])
    board.put_account(a_record(1, "eur", "EUR"))
    trades = [
        a_trade(
            ticket,
            1,
            symbol="GER40",
            cmd=Cmd.BUY if ticket % 2 else Cmd.SELL,
            volume_hundredths=1 + ticket % 97,
            open_price=Decimal(80_000 + 7 * ticket).scaleb(-1),
        )
        for ticket in range(1, 3001)
    ]
    for trade in trades:
        board.put_trade(trade)
    quote = a_quote("GER40", "8765.4", "8765.9")
    board.put_quote(quote)
    board.settle()

    specs, quotes = {"GER40": INDEX}, {"GER40": quote}
    wanted = {one.ticket: equity.value(one, specs, "EUR", quotes).profit for one in trades}
    assert {one.ticket: one.profit for one in board.positions(1)} == wanted
    halves = [
        trade
        for trade in trades
        if abs(equity.closing_price(trade.cmd.side, quote) - trade.open_price)
        * trade.volume_hundredths
        % 1
        == Decimal("0.5")
    ]
    assert len(halves) > 200


def test_what_needs_a_quote_is_named_and_never_zero() -> None:
    """A pound profit in dollars waits for GBPUSD, and comes back when it is quoted."""
    pair = a_spec("EURGBP", "EUR", "GBP")
    cable = a_spec("GBPUSD", "GBP", "USD")
    board = Board([pair, cable], [a_group()])
    board.put_account(a_record())
    board.put_trade(a_trade(1, symbol="EURGBP", open_price=Decimal("0.85000")))
    board.put_quote(a_quote("EURGBP", "0.86000", "0.86010"))
    board.settle()

    figures = board.figures(1001)
    assert (figures.floating, figures.equity, figures.level) == (None, None, None)
    assert figures.needs == ("GBPUSD / USDGBP",)
    assert figures.margin == Decimal("1100.00")

    board.put_quote(a_quote("GBPUSD", "1.30000", "1.30010"))
    board.settle()
    assert board.figures(1001).floating == Decimal("1300.00")
    assert board.figures(1001).equity == Decimal("2300.00")


def test_only_touched_accounts_change() -> None:
    """A tick of one symbol leaves the accounts alone that hold another."""
    board = Board([a_spec("EURUSD", "EUR", "USD"), a_spec("GBPUSD", "GBP", "USD")], [a_group()])
    for login in (1, 2):
        board.put_account(a_record(login))
    board.put_trade(a_trade(1, 1))
    board.put_trade(a_trade(2, 2, symbol="GBPUSD"))
    for symbol in ("EURUSD", "GBPUSD"):
        board.put_quote(a_quote(symbol, "1.2", "1.3"))
    board.settle()
    assert board.take_changed() == {1, 2}

    board.put_quote(a_quote("GBPUSD", "1.21", "1.3"))
    board.settle()
    assert board.take_changed() == {2}


def test_a_closed_or_unknown_ticket_leaves_no_trace() -> None:
    """Balance comes from the account, floating from what is open."""
    board = Board([a_spec("EURUSD", "EUR", "USD")], [a_group()])
    board.put_trade(a_trade(7, 5, swap=Decimal("-1.25")))  # before its account is known
    assert not board.put_account(a_record(5, "nobody"))
    assert board.put_account(a_record(5))
    board.put_quote(a_quote("EURUSD", "1.10500", "1.10510"))
    board.settle()
    assert board.figures(5).floating == Decimal("498.75")

    board.drop_trade(7)
    board.drop_trade(7)
    board.settle()
    assert board.figures(5).floating == Decimal(0)
    assert board.figures(5).margin == Decimal(0)
    assert board.positions(5) == []

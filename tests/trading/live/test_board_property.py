"""The board and the sums agree to the cent, on any book and after any ticks."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.factories.market import a_group, a_quote, a_record, a_spec, a_trade
from trading.calc import equity
from trading.live.board import Board
from trading.terms import Cmd, FreeMarginMode, MarginMode, ProfitMode

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPECS = (
    a_spec("EURUSD", "EUR", "USD"),
    a_spec("USDJPY", "USD", "JPY", digits=3),
    a_spec("EURGBP", "EUR", "GBP"),
    a_spec("GBPUSD", "GBP", "USD"),
    a_spec("USDCHF", "USD", "CHF"),
    a_spec(
        "GER40", "", "EUR", digits=1, contract_size=Decimal("0.1"),
        profit_mode=ProfitMode.CFD, margin_mode=MarginMode.CFD,
    ),
    a_spec(
        "CL", "", "USD", digits=2, contract_size=Decimal(1000), profit_mode=ProfitMode.FUTURES,
        margin_mode=MarginMode.FUTURES, tick_size=Decimal("0.01"), tick_price=Decimal("12.5"),
        margin_initial=Decimal(2500),
    ),
)  # fmt: skip
BY_NAME = {spec.name: spec for spec in SPECS}
GROUPS = tuple(
    a_group(f"{currency}-{mode.name}", currency, free_margin_mode=mode)
    for currency in ("USD", "EUR", "JPY", "USC", "KWD")
    for mode in FreeMarginMode
)
CENTS = some.integers(-999_999, 999_999).map(lambda cents: Decimal(cents).scaleb(-2))


def prices(name: str) -> some.SearchStrategy[Decimal]:
    """Return prices that the symbol can have."""
    digits = BY_NAME[name].digits
    return some.integers(5 * 10**digits // 10, 200 * 10**digits).map(
        lambda points: Decimal(points).scaleb(-digits)
    )


@some.composite
def quotes(draw: some.DrawFn) -> object:
    """Return a quote of some symbol."""
    name = draw(some.sampled_from(sorted(BY_NAME)))
    bid = draw(prices(name))
    spread = Decimal(draw(some.integers(0, 9))).scaleb(-BY_NAME[name].digits)
    return a_quote(name, bid, bid + spread, NOON)


@some.composite
def trades(draw: some.DrawFn) -> object:
    """Return an open market position of login 1 or 2."""
    name = draw(some.sampled_from(sorted(BY_NAME)))
    return a_trade(
        ticket=draw(some.integers(1, 30)),
        login=draw(some.sampled_from([1, 2])),
        cmd=draw(some.sampled_from([Cmd.BUY, Cmd.SELL])),
        symbol=name,
        volume_hundredths=draw(some.integers(1, 5000)),
        open_price=draw(prices(name)),
        swap=draw(CENTS),
        commission=draw(CENTS),
        margin_rate=draw(some.sampled_from([Decimal(1), Decimal("1.12345"), Decimal(0)])),
    )


moves = some.lists(
    some.one_of(quotes(), trades(), some.integers(1, 30), some.just("settle")), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(some.sampled_from(GROUPS), some.sampled_from(GROUPS), moves)
def test_board_equals_sums(first: object, second: object, told: list[object]) -> None:
    """After any order of ticks, openings, changes and closings."""
    board = Board(SPECS, GROUPS)
    groups = {1: first, 2: second}
    for login, group in groups.items():
        assert board.put_account(a_record(login, group.name, group.currency))
    for one in told:
        if one == "settle":
            board.settle()
        elif isinstance(one, int):
            board.drop_trade(one)
        elif hasattr(one, "bid"):
            board.put_quote(one)
        else:
            board.put_trade(one)
    board.settle()
    for login, group in groups.items():
        compare(board, login, group)
    compare_sheet(board)


def compare(board: Board, login: int, group: object) -> None:
    """Every figure and every position is what `trading.calc` says."""
    record = a_record(login, group.name, group.currency)
    mine = [trade for trade in board.trades.values() if trade.login == login]
    known = equity.reckon(record, mine, BY_NAME, group, board.quotes)
    figures = board.figures(login)
    assert figures.floating == known.floating
    assert figures.margin == known.margin
    assert figures.positions == len(mine)
    unpriced = {need.ticket for need in known.needs if need.purpose == "profit"}
    standing = {one.ticket: one for one in board.positions(login)}
    assert {t for t, one in standing.items() if one.profit is None} == unpriced
    for valued in known.positions:
        assert standing[valued.ticket].profit == valued.profit
        assert standing[valued.ticket].price == valued.price
    if known.floating is not None and known.margin is not None:
        state = equity.account_state(record, mine, BY_NAME, group, board.quotes)
        assert figures.equity == state.equity
        assert figures.free_margin == state.free_margin
        assert figures.level == state.level_percent
        assert figures.level_type == state.level_type


def compare_sheet(board: Board) -> None:
    """The columns of all accounts say what each account's figures say."""
    sheet = board.sheet()
    assert set(sheet.logins) == set(board.logins)
    for at, login in enumerate(sheet.logins):
        figures = board.figures(login)
        assert bool(sheet.known[at]) == (figures.level is not None)
        if figures.level is None:
            continue
        kept = (sheet.equity[at], sheet.margin[at], sheet.free_margin[at])
        assert [Decimal(int(units)).scaleb(-4) for units in kept] == [
            figures.equity,
            figures.margin,
            figures.free_margin,
        ]
        assert abs(Decimal(sheet.level[at].item()) - figures.level) <= Decimal("0.01")

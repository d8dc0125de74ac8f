"""The live board: margin and equity of many accounts after one batch of ticks, beside bare NumPy.

Bare are the same formulas (each term of a profit rounded half up, the sum an account, equity, free
margin, level) on columns that lie ready: no tickets, no books, no look for a double's wrong side.
"""

import os
import random
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from tests.bench.figures import Figure, middle
from tests.bench.stage import Stage
from tests.factories.market import a_group, a_quote, a_record, a_trade
from trading.gateway.simulator.beginning.instruments import instruments
from trading.live.board import Board
from trading.terms import Cmd, Side

CURRENCIES = ("USD", "EUR", "JPY")
GOAL = 2.0
ROUNDS = 41


def measure(stage: Stage) -> list[Figure]:
    """Batches of ticks in every symbol on a full board."""
    accounts = int(os.environ.get("BENCH_ACCOUNTS") or 20_000)
    board = full_board(accounts, 5 * accounts)
    bare = bare_columns(board)
    prices = {name: quote.bid for name, quote in board.quotes.items()}
    ours, theirs = [], []
    for turn in range(ROUNDS):
        quotes = [moved(board, name, price, turn) for name, price in prices.items()]
        ours.append(seconds(lambda quotes=quotes: after(board, quotes)))
        theirs.append(seconds(bare))
    note = f"{accounts:,} accounts, {5 * accounts:,} positions, {len(prices)} symbols a batch"
    return [
        Figure(
            name="board after a batch of ticks",
            unit="ms",
            ours=middle(ours) * 1000,
            bare=middle(theirs) * 1000,
            goal=GOAL,
            note=note,
        )
    ]


def after(board: Board, quotes: list[Any]) -> Any:
    """Take the ticks and return everybody's figures."""
    for quote in quotes:
        board.put_quote(quote)
    board.settle()
    return board.sheet()


def seconds(work: Callable[[], object]) -> float:
    """How much of a processor it takes: others on the machine count for neither side."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def moved(board: Board, name: str, price: Decimal, turn: int) -> Any:
    """The next quote of a symbol: a few points away from where it began."""
    point = Decimal(1).scaleb(-board.specs[name].digits)
    bid = price + point * (turn % 7 + 1)
    return a_quote(name, bid, bid + 2 * point)


def full_board(accounts: int, positions: int) -> Board:
    """A board with every symbol of the invented server, quoted."""
    chance = random.Random(11)
    known = instruments()
    groups = [a_group(f"real-{currency}", currency) for currency in CURRENCIES]
    board = Board([one.spec for one in known], groups)
    for one in known:
        board.put_quote(a_quote(one.spec.name, one.price, one.price))
    for login in range(accounts):
        group = chance.choice(groups)
        board.put_account(a_record(login, group.name, group.currency, balance=Decimal(100_000)))
    for ticket in range(positions):
        spec = chance.choice(known).spec
        price = board.quotes[spec.name].bid
        board.put_trade(
            a_trade(
                ticket,
                chance.randrange(accounts),
                symbol=spec.name,
                cmd=chance.choice((Cmd.BUY, Cmd.SELL)),
                volume_hundredths=chance.randint(1, 300),
                open_price=price + Decimal(chance.randint(-90, 90)).scaleb(-spec.digits),
                margin_rate=Decimal(1),
            )
        )
    board.settle()
    sheet = board.sheet()
    assert sheet.known.all(), "a position lacks a quote: the bench would measure nothing"
    return board


def bare_columns(board: Board) -> Callable[[], Any]:
    """The arithmetic alone, on columns copied from the board."""
    positions, books, seats = board.columns()
    n, m = len(positions), len(seats.logins)
    slots, book = positions.slots[:n].copy(), positions.books[:n].copy()
    opened, lots = positions.opened[:n].copy(), np.abs(positions.lots[:n])
    now, factor = books.now.copy(), books.factor.copy()
    side = np.array([1.0 if book.key[2] is Side.BUY else -1.0 for book in books.all])
    scale, terms = books.scale.astype(np.float64), books.terms[book]
    funds, margin = seats.funds[:m].copy(), seats.margin[:m].copy()

    def arithmetic() -> Any:
        worth = lots * factor[book]
        price = now[book]
        forex = np.floor(worth * price + 0.5) - np.floor(worth * opened + 0.5)
        other = np.floor(worth * (price - opened) + 0.5)
        profit = np.where(terms, forex, other) * side[book] * scale[book]
        floating = np.bincount(slots, profit, minlength=m)
        equity = funds + floating
        free = equity - margin
        level = np.divide(equity * 100.0, margin, out=np.zeros(m), where=margin > 0)
        return equity, free, level

    return arithmetic

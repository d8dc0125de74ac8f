"""The real books: a statement of the shared data with the facts that its rows do not hold."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.cluster import ROOT
from tests.factories.terms import a_position, an_account
from trading.calc import facts, statement
from trading.calc.convert import NoQuote, Rate, margin_rate, profit_rate
from trading.calc.profit import HUNDREDTHS, per_price_unit, profit
from trading.calc.statement import Statement, StatementRow
from trading.terms import AccountRecord, GroupSpec, Side, TradeRecord

SIDECARS = ROOT / "tests" / "trading" / "books"
NAMES = ("02", "04", "07", "09")


@dataclass(frozen=True)
class Book:
    """One statement, the facts beside it, and what follows from both."""

    statement: Statement
    facts: facts.Facts

    @property
    def group(self) -> GroupSpec:
        """The group of the book's account."""
        return self.facts.groups[self.facts.account_of(self.statement.file).group]

    @property
    def closed_result(self) -> Decimal:
        """What all closed trades brought, charges included."""
        return sum((row.result for row in self.statement.closed_trades()), Decimal(0))

    @property
    def deposits(self) -> Decimal:
        """What was paid in, less what was paid out."""
        return sum((row.profit for row in self.statement.money()), Decimal(0))

    @property
    def account(self) -> AccountRecord:
        """The account with the balance that follows from opening balance and rows."""
        fact = self.facts.account_of(self.statement.file)
        balance = fact.opening_balance + self.deposits + self.closed_result
        return an_account(
            login=fact.login, group=fact.group, leverage=fact.leverage, balance=balance
        )

    def rate_of(self, row: StatementRow) -> Rate:
        """The conversion of a closed trade where the row itself holds it, else `NoQuote`."""
        spec = self.facts.symbols[row.symbol]
        return profit_rate(spec, self.group.currency, row.cmd.side, row.price, {})

    def positions(self) -> list[TradeRecord]:
        """The open trades, their margin rates fixed by the quotes of their opening."""
        return [self._position(row) for row in self.statement.open_trades()]

    def _position(self, row: StatementRow) -> TradeRecord:
        opened = self.facts.utc(row.opened)
        quotes = self.facts.quotes_at(opened)
        spec, currency = self.facts.symbols[row.symbol], self.group.currency
        return a_position(
            row.cmd,
            ticket=row.ticket,
            symbol=row.symbol,
            digits=row.digits,
            volume_hundredths=row.volume_hundredths,
            open_price=row.open_price,
            opened_at=opened,
            opened_server_time=row.opened,
            commission=row.commission,
            swap=row.swap,
            taxes=row.taxes,
            margin_rate=margin_rate(spec, currency, row.open_price, quotes),
        )


@dataclass(frozen=True)
class ProfitCheck:
    """How many closed trades come out to the cent, by symbol; which do not; which need a quote."""

    exact: Counter[str]
    wrong: list[int]
    crosses: list[StatementRow]


def a_book(folder: Path, name: str, *, html: bool = False) -> Book:
    """The book of one statement (`02`, `04`, `07`, `09`) of the folder of statements."""
    [path] = folder.glob(f"{name}_*.{'htm' if html else 'csv'}")
    return Book(statement.read(path), facts.read(SIDECARS / f"facts_{name}.json"))


def check_profits(book: Book) -> ProfitCheck:
    """Reckon every closed trade anew and compare with what MetaTrader printed."""
    found = ProfitCheck(Counter(), [], [])
    for row in book.statement.closed_trades():
        try:
            rate = book.rate_of(row)
        except NoQuote:
            found.crosses.append(row)
            continue
        if reckoned(book, row, rate) == row.profit:
            found.exact[row.symbol] += 1
        else:
            found.wrong.append(row.ticket)
    return found


def reckoned(book: Book, row: StatementRow, rate: Rate) -> Decimal:
    """The profit of a printed trade by our sums."""
    spec, volume = book.facts.symbols[row.symbol], row.volume_hundredths
    return profit(row.cmd.side, volume, row.open_price, row.price, spec, book.group.currency, rate)


def implied_rate(book: Book, row: StatementRow) -> Decimal:
    """Profit currency → deposit currency, as the printed profit of a trade implies it."""
    moved = row.price - row.open_price
    raw = moved * per_price_unit(book.facts.symbols[row.symbol]) * row.volume_hundredths
    return row.profit * HUNDREDTHS / (raw if row.cmd.side is Side.BUY else -raw)

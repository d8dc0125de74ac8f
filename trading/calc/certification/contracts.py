"""What a symbol must be for its printed profits to come out: contract size and rounding.

A statement prints neither. One number that makes every row of a symbol come out to the last digit
is found here; that it is one round number for all rows is what the rows then prove.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from trading.calc.certification.names import Names, names_of, plain
from trading.calc.convert import NoQuote, Quotes, Rate, profit_rate
from trading.calc.profit import HUNDREDTHS, profit
from trading.calc.rounding import rounded
from trading.calc.statement_rows import StatementRow
from trading.terms import MarginMode, ProfitMode, Side, SymbolSpec

PAIR_SIZES = tuple(map(Decimal, ("100000", "10000", "1000", "100", "1000000", "1")))
#: Contract sizes that brokers use for all else, the most usual first.
USUAL = tuple(
    Decimal(size)
    for size in (
        *("100", "1", "10", "1000", "10000", "50", "5000", "5", "25", "20", "2"),
        *("0.1", "0.01", "100000", "1000000", "50000", "500"),
    )
)
ENOUGH = 300  # rows that a size is tried on before all are reckoned
MOST_DIGITS = 3  # significant digits that a contract size may have


@dataclass(frozen=True, slots=True)
class Contract:
    """A symbol as its rows show it; `needs` names what a conversion lacks, empty where none does.

    `is_inferred` says that the size came from the rows, not from facts; `exact` how many of the
    rows tried it reproduces.
    """

    spec: SymbolSpec
    needs: tuple[str, ...] = ()
    exact: int = 0
    is_inferred: bool = True


def reckoned(row: StatementRow, spec: SymbolSpec, deposit: str, quotes: Quotes) -> Decimal:
    """Return the profit of a printed trade by our sums. Raises `NoQuote`."""
    rate = profit_rate(spec, deposit, row.cmd.side, row.price, quotes)
    return profit(
        row.cmd.side, row.volume_hundredths, row.open_price, row.price, spec, deposit, rate
    )


def implied_rate(row: StatementRow, spec: SymbolSpec) -> Decimal | None:
    """Return profit currency → deposit currency as a printed profit implies it; None if it can't.

    Below a hundred units of printed profit the rounding alone moves the rate by a hundredth.
    """
    moved = row.price - row.open_price
    raw = moved * spec.contract_size * row.volume_hundredths / HUNDREDTHS
    return row.profit / (raw if row.cmd.side is Side.BUY else -raw) if raw else None


def contract_of(symbol: str, rows: Sequence[StatementRow], deposit: str) -> Contract:
    """Return the contract that the rows of one symbol show, in a deposit currency."""
    names = names_of(symbol)
    spec = _bare(symbol, names, rows, deposit)
    try:
        profit_rate(spec, deposit, Side.BUY, Decimal(1), {})
    except NoQuote as missing:
        return Contract(spec, missing.needed)
    best, found = _best(spec, rows, deposit, _sizes(rows, spec, deposit))
    if not names.profit and not _is_believable(rows, found):
        # Its profits do not follow one size in deposit currency: it is priced in another one.
        return Contract(spec, (f"{symbol}'s profit currency",))
    return Contract(best, exact=found)


def _bare(symbol: str, names: Names, rows: Sequence[StatementRow], deposit: str) -> SymbolSpec:
    profit_currency = names.profit or plain(deposit)
    return SymbolSpec(
        name=symbol,
        description=symbol,
        security="",
        base_currency=names.base or symbol[:3].upper(),
        profit_currency=profit_currency,
        margin_currency=names.base if names.is_pair else profit_currency,
        digits=max((row.digits for row in rows), default=0),
        contract_size=(PAIR_SIZES if names.is_pair else USUAL)[0],
        profit_mode=ProfitMode.FOREX if names.base else ProfitMode.CFD,
        margin_mode=MarginMode.FOREX if names.is_pair else MarginMode.CFD_LEVERAGE,
    )


def _is_believable(rows: Sequence[StatementRow], exact: int) -> bool:
    telling = sum(1 for row in rows if row.price != row.open_price)
    return 2 * exact > telling


def _sizes(rows: Sequence[StatementRow], spec: SymbolSpec, deposit: str) -> list[Decimal]:
    """Return the sizes worth trying: usual ones, and for what names no currency any round one.

    A symbol whose name says in what it is priced has a usual size, or our sums are wrong.
    """
    names = names_of(spec.name)
    if names.profit:
        return list(PAIR_SIZES if names.is_pair else USUAL)
    unit = replace(spec, contract_size=Decimal(1))
    implied = []
    for row in sorted(rows, key=lambda row: abs(row.profit), reverse=True)[:5]:
        moved = implied_rate(row, unit)
        if moved is None or moved <= 0:
            continue
        rate = profit_rate(spec, deposit, row.cmd.side, row.price, {})
        size = _undone(moved, rate)
        implied += [_shortened(size, digits) for digits in range(1, MOST_DIGITS + 1)]
    known = [size for size in implied if size in USUAL]
    return list(dict.fromkeys((*known, *implied, *USUAL)))


def _undone(amount: Decimal, rate: Rate) -> Decimal:
    return amount * rate.over / rate.times


def _shortened(number: Decimal, digits: int) -> Decimal:
    return rounded(number, digits - 1 - number.adjusted()).normalize()


def _best(
    spec: SymbolSpec, rows: Sequence[StatementRow], deposit: str, sizes: Iterable[Decimal]
) -> tuple[SymbolSpec, int]:
    """Return the spec that reproduces most rows, and how many of those that move it reproduces."""
    telling = [row for row in rows if row.price != row.open_price][:ENOUGH]
    best, most = spec, 0
    for size in sizes:
        if size <= 0:
            continue
        for mode in (spec.profit_mode, _other(spec.profit_mode)):
            tried = replace(spec, contract_size=size, profit_mode=mode)
            exact = sum(1 for row in telling if _is_exact(row, tried, deposit))
            if exact > most:
                best, most = tried, exact
            if most and most == len(telling):
                return best, most
    return best, most


def _other(mode: ProfitMode) -> ProfitMode:
    """Return the other way of rounding: both terms by themselves, or their difference."""
    return ProfitMode.CFD if mode is ProfitMode.FOREX else ProfitMode.FOREX


def _is_exact(row: StatementRow, spec: SymbolSpec, deposit: str) -> bool:
    try:
        return reckoned(row, spec, deposit, {}) == row.profit
    except NoQuote:
        return False

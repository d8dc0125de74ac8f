"""Puts a certificate into words for a terminal: a table of checks, a table of symbols."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from trading.calc.certification.outcome import Certificate, Check, SymbolLine

MOST_DIFFERENCES = 20
NO_LEVERAGE = "leverage not printed"


def lines(found: Certificate) -> Iterator[str]:
    """Return the report of one statement, line by line."""
    currency = found.currency + (" (inferred)" if found.is_currency_inferred else "")
    leverage = f"leverage {found.leverage}" if found.leverage else NO_LEVERAGE
    yield f"{found.file}: {found.rows:,} rows, {currency}, {leverage}"
    yield f"  {'check':26}{'exact':>9}{'derivable':>11}{'differ':>8}{'apart':>7}"
    for check in found.checks:
        yield _check(check)
    yield ""
    yield f"  {'symbol':14}{'contract size':>14}{'exact':>8}{'derivable':>11}{'apart':>7}  rates"
    for symbol in found.symbols:
        yield _symbol(symbol)
    if any(symbol.is_inferred for symbol in found.symbols):
        yield "  * not printed: the size that makes most of the rows come out"
    for check in found.checks:
        yield from _details(check)
    yield f"  exact {found.exact:,} of {found.total:,} derivable"
    yield ""


def verdict(certificates: Iterable[Certificate]) -> str:
    """Return the last line: exact/total over all derivable rows of all statements."""
    exact = total = 0
    for found in certificates:
        exact, total = exact + found.exact, total + found.total
    return f"exact/total {exact}/{total}"


def _check(check: Check) -> str:
    return (
        f"  {check.name:26}{check.exact:>9,}{check.total:>11,}"
        f"{len(check.differing):>8,}{check.apart:>7,}"
    )


def _symbol(line: SymbolLine) -> str:
    size = f"{line.contract_size:,f}" + ("*" if line.is_inferred else " ")
    counts = f"{line.exact:>8,}{line.total:>11,}{line.apart:>7,}"
    if not line.apart:
        return f"  {line.symbol:14}{size:>14}{counts}"
    needs = " or ".join(line.needs)
    return f"  {line.symbol:14}{size:>14}{counts}  {_range(line)} (needs {needs})"


def _range(line: SymbolLine) -> str:
    if line.lowest_rate is None or line.highest_rate is None:
        return "?"
    return f"{_short(line.lowest_rate)} … {_short(line.highest_rate)}"


def _short(rate: Decimal) -> str:
    return f"{rate:.6f}"


def _details(check: Check) -> Iterator[str]:
    for note in check.notes:
        yield f"  {check.name}: {note}"
    for one in check.differing[:MOST_DIFFERENCES]:
        yield f"  {check.name} DIFFERS at {one.place}: printed {one.printed}, ours {one.ours}"
    if len(check.differing) > MOST_DIFFERENCES:
        yield f"  {check.name}: and {len(check.differing) - MOST_DIFFERENCES:,} more differ"

"""The check of the printed margin: leverage and rules that a statement does not print are tried.

One printed margin can be met by chance; so what was taken for true is written beside the result.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal

from trading.calc.certification.account import Account
from trading.calc.certification.names import CURRENCIES
from trading.calc.certification.outcome import Check
from trading.calc.convert import NoQuote, Quotes, margin_rate
from trading.calc.margin import account_margin
from trading.calc.statement import StatementRow
from trading.terms import GroupSpec, MarginMode, SymbolSpec, TradeRecord

NAME = "margin"
LEVERAGES = (100, 500, 200, 400, 50, 1000, 30, 300, 25, 2000, 20, 10, 1, 66, 33, 88, 888, 600, 800)
#: How a symbol that is no currency pair may be charged, the most usual first.
MODES = (MarginMode.CFD_LEVERAGE, MarginMode.CFD, MarginMode.FOREX)
HALF = Decimal("0.5")
MOST_TRIES = 20_000
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one try takes for true."""

    leverage: int
    modes: tuple[MarginMode, ...]
    larger_leg: bool
    hedged: Decimal  # share of the contract size that both sides of a hedged lot are charged

    def words(self, account: Account, is_hedged: bool) -> Iterator[str]:
        if self.leverage != account.leverage:
            yield f"leverage 1:{self.leverage} is inferred"
        if any(mode is not MarginMode.CFD_LEVERAGE for mode in self.modes):
            yield "other than pairs are charged as " + ", ".join(mode.name for mode in self.modes)
        if is_hedged:
            yield "hedged lots: " + ("larger leg" if self.larger_leg else f"{self.hedged:f} × size")


def check_margin(account: Account, printed: Mapping[str, Decimal]) -> tuple[Check, str]:
    """Check the printed margin; also return the leverage in words, as printed or inferred."""
    check = Check(NAME)
    said = f"1:{account.leverage}" if account.leverage else ""
    if not printed:
        check.notes.append("no printed margin")
        return check, said
    rows = account.statement.open_trades()
    if not rows:
        check.compare("Margin", printed["Margin"], NOTHING)
        return check, said
    try:
        positions = [_position(row, account) for row in rows]
    except NoQuote as missing:
        check.apart += 1
        check.notes.append(f"{missing} at its opening")
        return check, said
    found = _found(account, positions, printed["Margin"])
    if found is not None:
        check.exact += 1
        check.notes += found.words(account, _is_hedged(positions))
        return check, f"1:{found.leverage}"
    if account.leverage and _is_plain(account, positions):
        rules = _Rules(account.leverage, (), larger_leg=False, hedged=Decimal(0))
        check.compare("Margin", printed["Margin"], _reckoned(account, positions, rules))
    else:
        check.apart += 1
        check.notes.append("leverage or the symbols' margin settings are not printed: give --facts")
    return check, said


def _position(row: StatementRow, account: Account) -> TradeRecord:
    contract, facts = account.contracts[row.symbol], account.facts
    opened = facts.utc(row.opened) if facts else row.opened.replace(tzinfo=UTC)
    quotes: Quotes = facts.quotes_at(opened) if facts else {}
    if not contract.spec.margin_currency or _is_unknown(contract.spec, account):
        raise NoQuote(row.symbol, contract.needs, "margin")
    return TradeRecord(
        ticket=row.ticket,
        login=0,
        cmd=row.cmd,
        symbol=row.symbol,
        digits=row.digits,
        volume_hundredths=row.volume_hundredths,
        opened_at=opened,
        opened_server_time=row.opened,
        open_price=row.open_price,
        stop_loss=row.stop_loss,
        take_profit=row.take_profit,
        closed_at=None,
        closed_server_time=None,
        close_price=row.price,
        expires_at=None,
        commission=row.commission,
        swap=row.swap,
        taxes=row.taxes,
        profit=row.profit,
        margin_rate=margin_rate(contract.spec, account.currency, row.open_price, quotes),
        magic=row.magic,
        comment=row.comment,
        changed_stamp=0,
    )


def _is_unknown(spec: SymbolSpec, account: Account) -> bool:
    return bool(account.contracts[spec.name].needs) and spec.margin_currency not in CURRENCIES


def _found(account: Account, positions: list[TradeRecord], printed: Decimal) -> _Rules | None:
    """Return the first rules that reproduce the printed margin, the most usual first."""
    for rules in itertools.islice(_tries(account, positions), MOST_TRIES):
        if _reckoned(account, positions, rules) == printed:
            return rules
    return None


def _tries(account: Account, positions: list[TradeRecord]) -> Iterator[_Rules]:
    leverages = (account.leverage,) if account.leverage else LEVERAGES
    others = _others(account, positions)
    hedges = [(False, NOTHING)]
    if _is_hedged(positions):
        hedges = [(True, NOTHING), (False, NOTHING), (False, HALF), (False, Decimal(1))]
        hedges.append((False, HALF / 2))
    for modes in itertools.product(MODES, repeat=len(others)):
        for leverage, (larger_leg, hedged) in itertools.product(leverages, hedges):
            yield _Rules(leverage, modes, larger_leg, hedged)


def _others(account: Account, positions: Iterable[TradeRecord]) -> list[str]:
    """Return the symbols whose margin mode the statement leaves open."""
    names = sorted({position.symbol for position in positions})
    return [
        name
        for name in names
        if account.contracts[name].is_inferred
        and account.contracts[name].spec.margin_mode is not MarginMode.FOREX
    ]


def _reckoned(account: Account, positions: list[TradeRecord], rules: _Rules) -> Decimal:
    modes = dict(zip(_others(account, positions), rules.modes, strict=False))
    specs = {}
    for name in {position.symbol for position in positions}:
        spec = account.contracts[name].spec
        if account.contracts[name].is_inferred:
            spec = replace(spec, margin_hedged=spec.contract_size * rules.hedged)
        specs[name] = replace(spec, margin_mode=modes.get(name, spec.margin_mode))
    group = GroupSpec(
        name="statement",
        company="",
        currency=account.currency,
        default_leverage=rules.leverage,
        margin_call_percent=Decimal(100),
        stop_out_percent=Decimal(0),
        hedge_larger_leg=rules.larger_leg,
    )
    return account_margin(positions, specs, group, rules.leverage)


def _is_hedged(positions: Iterable[TradeRecord]) -> bool:
    sides = {(position.symbol, position.cmd.side) for position in positions}
    return len({symbol for symbol, _ in sides}) < len(sides)


def _is_plain(account: Account, positions: list[TradeRecord]) -> bool:
    """Return whether only currency pairs without a hedge are open: nothing is left to guess."""
    return not _others(account, positions) and not _is_hedged(positions)

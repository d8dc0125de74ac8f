"""The figures of one account: floating, equity, margin, free margin and level.

A position whose profit needs a quote that is not there is named, never counted as zero:
`reckon` lists it beside what is known, `account_state` refuses.

Source: docs/metatrader.md, Account figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from trading.calc.convert import NoQuote, Quotes, Specs, profit_rate
from trading.calc.margin import account_margin
from trading.calc.profit import profit
from trading.calc.rounding import normalise
from trading.calc.stop_out import level_percent, level_type
from trading.terms import (
    AccountRecord,
    FreeMarginMode,
    GroupSpec,
    MarginState,
    Quote,
    Side,
    SymbolSpec,
    TradeRecord,
)

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A position that cannot be valued: its ticket and symbol, and the quotes that would do."""

    ticket: int
    symbol: str
    needed: tuple[str, ...]
    purpose: str


class NeedsQuotes(LookupError):
    """Some positions cannot be valued; `needs` names each of them."""

    def __init__(self, login: int, needs: tuple[Need, ...]) -> None:
        self.login = login
        self.needs = needs
        named = ", ".join(f"{need.symbol} #{need.ticket} ({need.purpose})" for need in needs)
        super().__init__(f"Account {login} cannot be valued, quotes are missing for {named}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """One open position at the market: the price it would close at, and its parts of the result."""

    ticket: int
    symbol: str
    price: Decimal
    profit: Decimal
    charges: Decimal

    @property
    def result(self) -> Decimal:
        """Return profit, swap, commission and taxes together: what the position floats."""
        return self.profit + self.charges


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """What is known of an account now; a figure is None where a missing quote leaves it unknown."""

    login: int
    positions: tuple[Valued, ...]
    needs: tuple[Need, ...]
    balance: Decimal
    credit: Decimal
    floating: Decimal | None
    margin: Decimal | None

    @property
    def results(self) -> dict[int, Decimal]:
        """Return the floating result of every position that could be valued, by ticket."""
        return {valued.ticket: valued.result for valued in self.positions}


def reckon(
    account: AccountRecord,
    trades: Iterable[TradeRecord],
    specs: Specs,
    group: GroupSpec,
    quotes: Quotes,
) -> Reckoning:
    """Return everything that can be said of an account from its open trades and the quotes.

    Pending orders and closed records among `trades` are passed over.
    """
    positions = [trade for trade in trades if trade.cmd.is_market and trade.is_open]
    valued: list[Valued] = []
    needs: list[Need] = []
    for position in positions:
        try:
            valued.append(value(position, specs, group.currency, quotes))
        except NoQuote as missing:
            needs.append(_need(position, missing))
    unpriced = [
        _margin_need(position, specs)
        for position in positions
        if not position.margin_rate or position.symbol not in specs
    ]
    together = sum((item.result for item in valued), NOTHING)
    return Reckoning(
        login=account.login,
        positions=tuple(valued),
        needs=(*needs, *unpriced),
        balance=account.balance,
        credit=account.credit,
        floating=None if needs else normalise(together, group.currency),
        margin=None if unpriced else account_margin(positions, specs, group, account.leverage),
    )


def account_state(
    account: AccountRecord,
    trades: Iterable[TradeRecord],
    specs: Specs,
    group: GroupSpec,
    quotes: Quotes,
) -> MarginState:
    """Return the account's figures as MetaTrader shows them. Raises `NeedsQuotes`."""
    known = reckon(account, trades, specs, group, quotes)
    if known.floating is None or known.margin is None:
        raise NeedsQuotes(account.login, known.needs)
    return state(account, known.floating, known.margin, group)


def state(
    account: AccountRecord, floating: Decimal, margin: Decimal, group: GroupSpec
) -> MarginState:
    """Return the figures that follow from balance, credit, floating result and margin."""
    funds = account.balance + account.credit
    equity = funds + floating
    return MarginState(
        login=account.login,
        balance=account.balance,
        credit=account.credit,
        floating=floating,
        equity=equity,
        margin=margin,
        free_margin=funds + counted_floating(floating, group.free_margin_mode) - margin,
        level_percent=level_percent(equity, margin),
        level_type=level_type(equity, margin, group),
    )


def counted_floating(floating: Decimal, mode: FreeMarginMode) -> Decimal:
    """Return the part of the floating result that the group lets count as free margin."""
    if mode is FreeMarginMode.USE_ALL:
        return floating
    if mode is FreeMarginMode.USE_PROFIT:
        return max(floating, NOTHING)
    if mode is FreeMarginMode.USE_LOSS:
        return min(floating, NOTHING)
    return NOTHING


def may_open(before: MarginState, after: MarginState, group: GroupSpec) -> bool:
    """Return whether a trade may open: free margin is left after it, or margin does not grow.

    Virtual credit counts here, and nowhere else.
    """
    return after.free_margin + group.virtual_credit >= 0 or after.margin <= before.margin


def value(
    position: TradeRecord, specs: Mapping[str, SymbolSpec], deposit: str, quotes: Quotes
) -> Valued:
    """Return one open position at the market. Raises `NoQuote`, for an unknown symbol too."""
    spec, quote = specs.get(position.symbol), quotes.get(position.symbol)
    if spec is None or quote is None:
        raise NoQuote(position.symbol, (position.symbol,), "profit")
    side = position.cmd.side
    price = closing_price(side, quote)
    rate = profit_rate(spec, deposit, side, price, quotes, specs=specs)
    volume, opened = position.volume_hundredths, position.open_price
    return Valued(
        ticket=position.ticket,
        symbol=position.symbol,
        price=price,
        profit=profit(side, volume, opened, price, spec, deposit, rate),
        charges=position.swap + position.commission + position.taxes,
    )


def closing_price(side: Side, quote: Quote) -> Decimal:
    """Return the price at which a position closes: the bid for a buy, the ask for a sell."""
    return quote.bid if side is Side.BUY else quote.ask


def _need(position: TradeRecord, missing: NoQuote) -> Need:
    return Need(
        ticket=position.ticket,
        symbol=position.symbol,
        needed=missing.needed,
        purpose=missing.purpose,
    )


def _margin_need(position: TradeRecord, specs: Specs) -> Need:
    """Return the need of a position of an unknown symbol, or whose margin rate was never fixed."""
    spec = specs.get(position.symbol)
    needed = (spec.margin_currency,) if spec is not None else (position.symbol,)
    return Need(ticket=position.ticket, symbol=position.symbol, needed=needed, purpose="margin")

"""A client's equity over all accounts and servers, in the reporting currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backoffice.core.money import rounded
from trading.calc.convert import CENT_PARENTS, CENTS, PIVOT
from trading.live.figures import Figures
from trading.terms import ProfitMode, Quote, SymbolSpec

NOTHING = Decimal(0)


class Rates:
    """Deposit currency → reporting currency at mid prices, by the Forex pairs of one server."""

    def __init__(self, specs: Iterable[SymbolSpec], quotes: Mapping[str, Quote]) -> None:
        self._quotes = quotes
        self._pairs: dict[tuple[str, str], list[str]] = {}
        for spec in specs:
            if spec.profit_mode is ProfitMode.FOREX:
                pair = (spec.base_currency, spec.profit_currency)
                self._pairs.setdefault(pair, []).append(spec.name)

    def convert(
        self, amount: Decimal, currency: str, cent_factor: int, reporting: str
    ) -> Decimal | None:
        """Return the amount in the reporting currency, not rounded; None where a quote is missing.

        `cent_factor` is how many of the group's units make one unit of its currency.
        """
        if currency in CENT_PARENTS:
            amount, currency = amount / CENTS, CENT_PARENTS[currency]
        else:
            amount /= cent_factor
        rate = self._rate(currency, reporting)
        return None if rate is None else amount * rate

    def _rate(self, source: str, target: str) -> Decimal | None:
        straight = self._direct(source, target)
        if straight is not None or PIVOT in (source, target):
            return straight
        first, second = self._direct(source, PIVOT), self._direct(PIVOT, target)
        return None if first is None or second is None else first * second

    def _direct(self, source: str, target: str) -> Decimal | None:
        if source == target:
            return Decimal(1)
        for name in self._pairs.get((source, target), ()):
            if (quote := self._quotes.get(name)) is not None and quote.mid > 0:
                return quote.mid
        for name in self._pairs.get((target, source), ()):
            if (quote := self._quotes.get(name)) is not None and quote.mid > 0:
                return 1 / quote.mid
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One account's share of its client's total, in the reporting currency; None where unknown."""

    equity: Decimal | None
    balance: Decimal | None
    net_deposits: Decimal | None
    volume_hundredths: int
    is_fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A client's accounts together. `stale` counts those that the equity leaves out."""

    equity: Decimal
    balance: Decimal
    net_deposits: Decimal
    accounts: int
    stale: int
    volume_hundredths: int


def part(
    figures: Figures,
    rates: Rates,
    reporting: str,
    *,
    cent_factor: int,
    net_deposits: Decimal,
    is_fresh: bool,
) -> Part:
    """Return an account's share of its client's total."""

    def convert(amount: Decimal | None) -> Decimal | None:
        if amount is None:
            return None
        return rates.convert(amount, figures.currency, cent_factor, reporting)

    return Part(
        equity=convert(figures.equity),
        balance=convert(figures.balance),
        net_deposits=convert(net_deposits),
        volume_hundredths=figures.volume_hundredths,
        is_fresh=is_fresh,
    )


def total(parts: Iterable[Part], reporting: str, *, fresh_only: bool) -> Total:
    """Return the sum; with `fresh_only` an account that is not fresh counts as stale."""
    every = list(parts)
    counted = [one for one in every if one.equity is not None and (one.is_fresh or not fresh_only)]
    return Total(
        equity=rounded(sum((one.equity or NOTHING for one in counted), NOTHING), reporting),
        balance=rounded(sum((one.balance or NOTHING for one in every), NOTHING), reporting),
        net_deposits=rounded(
            sum((one.net_deposits or NOTHING for one in every), NOTHING), reporting
        ),
        accounts=len(every),
        stale=len(every) - len(counted),
        volume_hundredths=sum(one.volume_hundredths for one in every),
    )

"""A client's total: currencies, cents, what is stale and what lacks a quote; and frames' text."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson

from tests.factories.market import NOON, a_quote, a_spec
from trading.live import frames, totals
from trading.live.figures import Figures, Standing
from trading.terms import LevelType, ProfitMode

SPECS = (
    a_spec("EURUSD", "EUR", "USD"),
    a_spec("USDJPY", "USD", "JPY", digits=3),
    a_spec("GBPUSD", "GBP", "USD"),
    a_spec("CHFUSD", "CHF", "USD", profit_mode=ProfitMode.CFD),
)
QUOTES = {
    "EURUSD": a_quote("EURUSD", "1.10", "1.12"),
    "USDJPY": a_quote("USDJPY", "149.9", "150.1"),
    "CHFUSD": a_quote("CHFUSD", "1.1", "1.1"),
}
RATES = totals.Rates(SPECS, QUOTES)


def figures(currency: str, equity: str | None, balance: str = "100") -> Figures:
    """Return an account's figures."""
    return Figures(
        login=1,
        currency=currency,
        balance=Decimal(balance),
        credit=Decimal(0),
        floating=None,
        equity=None if equity is None else Decimal(equity),
        margin=Decimal(0),
        free_margin=None,
        level=Decimal(0),
        level_type=LevelType.OK,
        positions=1,
        volume_hundredths=50,
    )


def converted(amount: str, currency: str, cent_factor: int = 1, reporting: str = "USD") -> object:
    """Return an amount in the reporting currency."""
    return RATES.convert(Decimal(amount), currency, cent_factor, reporting)


def test_converts_at_mid_prices_by_forex_pairs_alone() -> None:
    """Straight, the other way round, in two steps; a CFD or a missing quote converts nothing."""
    assert converted("100", "USD") == Decimal(100)
    assert converted("100", "EUR") == Decimal(111)
    assert converted("15000", "JPY") == Decimal(15000) * (1 / Decimal(150))
    assert converted("100", "EUR", reporting="JPY") == Decimal("1.11") * 150 * 100
    assert converted("100", "GBP") is None
    assert converted("100", "CHF") is None


def test_cents_are_cents() -> None:
    """A cent currency, or a group that counts cents in a whole one."""
    assert converted("12345", "USC") == Decimal("123.45")
    assert converted("12345", "USC", cent_factor=100) == Decimal("123.45")
    assert converted("10000", "EUR", cent_factor=100) == Decimal(111)


def test_a_total_says_what_it_lacks() -> None:
    """Stale and unpriced accounts are left out of the equity, and counted."""
    parts = [
        totals.part(
            figures(currency, equity),
            RATES,
            "USD",
            cent_factor=1,
            net_deposits=Decimal(10),
            is_fresh=fresh,
        )
        for currency, equity, fresh in (
            ("USD", "100.10", True),
            ("EUR", "100", True),
            ("EUR", None, True),
            ("GBP", "100", True),
            ("USD", "7", False),
        )
    ]
    shown = totals.total(parts, "USD", fresh_only=True)
    assert (shown.equity, shown.accounts, shown.stale) == (Decimal("211.10"), 5, 3)
    kept = totals.total(parts, "USD", fresh_only=False)
    assert (kept.equity, kept.stale) == (Decimal("218.10"), 2)
    assert kept.balance == Decimal("422.00")
    assert kept.net_deposits == Decimal("42.20")
    assert kept.volume_hundredths == 250


def test_a_frame_is_text_of_exact_amounts() -> None:
    """Digits of the currency; null where a quote is missing; both clocks in milliseconds."""
    data = frames.account_data(
        figures("JPY", "12345"),
        [
            Standing(7, Decimal("1.10000"), Decimal(-12), Decimal(0)),
            Standing(8, None, None, Decimal(3)),
        ],
    )
    later = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
    told = orjson.loads(frames.frame("account:1", 9, NOON, later, data))
    assert (told["topic"], told["seq"], told["now"] - told["at"]) == ("account:1", 9, 250)
    assert (told["data"]["equity"], told["data"]["floating"]) == ("12345", None)
    assert told["data"]["level"] == "0.00"
    assert told["data"]["positions"] == {
        "7": {"price": "1.10000", "profit": "-12", "swap": "0"},
        "8": {"price": None, "profit": None, "swap": "3"},
    }


def test_numbers_only_rise() -> None:
    """Also over a restart."""
    first = frames.numbers(NOON)
    numbers = [next(first) for _ in range(3)]
    later = next(frames.numbers(datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)))
    assert numbers == sorted(numbers)
    assert later > numbers[-1]

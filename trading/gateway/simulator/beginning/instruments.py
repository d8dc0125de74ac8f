"""The 28 symbols and four groups of an invented server, with everyday spreads and swaps."""

from dataclasses import dataclass
from decimal import Decimal

from trading.gateway.simulator.market import Temper
from trading.terms import (
    CommissionType,
    GroupSpec,
    MarginMode,
    ProfitMode,
    SymbolSpec,
)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A contract, where its price begins, how it moves; `day_points` is its usual daily range."""

    spec: SymbolSpec
    price: Decimal
    temper: Temper
    day_points: int


#: name, what it is, digits, price, spread, jump, ticks a second, points a day, swap long and short
_FOREX = (
    ("EURUSD", "Euro / US dollar", 5, "1.08420", 12, 4, 3, 700, "-6.9", "2.4"),
    ("GBPUSD", "Pound / US dollar", 5, "1.26850", 15, 5, 3, 900, "-3.8", "-1.2"),
    ("USDJPY", "US dollar / Yen", 3, "151.240", 14, 5, 3, 1100, "12.1", "-25.6"),
    ("USDCHF", "US dollar / Franc", 5, "0.88310", 16, 4, 2, 600, "5.2", "-11.4"),
    ("USDCAD", "US dollar / Canadian dollar", 5, "1.36540", 18, 4, 2, 700, "1.1", "-6.7"),
    ("AUDUSD", "Australian dollar / US dollar", 5, "0.65780", 14, 3, 2, 500, "-3.1", "0.4"),
    ("NZDUSD", "New Zealand dollar / US dollar", 5, "0.60120", 18, 3, 2, 480, "-2.2", "-0.9"),
    ("EURGBP", "Euro / Pound", 5, "0.85471", 16, 3, 2, 350, "-5.1", "0.8"),
    ("EURJPY", "Euro / Yen", 3, "163.974", 20, 6, 2, 1300, "7.4", "-20.9"),
    ("EURCHF", "Euro / Franc", 5, "0.95746", 20, 3, 1, 450, "2.1", "-7.9"),
    ("EURAUD", "Euro / Australian dollar", 5, "1.64822", 26, 6, 1, 1000, "-8.8", "1.9"),
    ("EURCAD", "Euro / Canadian dollar", 5, "1.48037", 26, 5, 1, 900, "-5.7", "-0.6"),
    ("GBPJPY", "Pound / Yen", 3, "191.848", 26, 8, 2, 1700, "14.8", "-32.2"),
    ("GBPCHF", "Pound / Franc", 5, "1.12021", 28, 5, 1, 800, "5.5", "-13.6"),
    ("AUDJPY", "Australian dollar / Yen", 3, "99.486", 22, 5, 1, 900, "5.9", "-14.4"),
    ("AUDCAD", "Australian dollar / Canadian dollar", 5, "0.89816", 24, 3, 1, 500, "-1.9", "-2.8"),
    ("NZDJPY", "New Zealand dollar / Yen", 3, "90.925", 24, 4, 1, 850, "4.3", "-12.1"),
    ("CADJPY", "Canadian dollar / Yen", 3, "110.766", 24, 5, 1, 900, "6.1", "-15.8"),
    ("CHFJPY", "Franc / Yen", 3, "171.260", 28, 6, 1, 1300, "2.6", "-14.9"),
    ("XAUUSD", "Gold, ounce / US dollar", 2, "2348.60", 28, 12, 3, 3000, "-42.4", "18.2"),
    ("XAGUSD", "Silver, ounce / US dollar", 3, "28.140", 30, 8, 1, 600, "-6.1", "1.7"),
    ("BTCUSD", "Bitcoin / US dollar", 2, "67250.00", 2500, 900, 3, 180000, "-1850.0", "-420.0"),
)
_CONTRACT_SIZES = {"XAUUSD": 100, "XAGUSD": 5000, "BTCUSD": 1}
_SECURITIES = {"XAUUSD": "Metals", "XAGUSD": "Metals", "BTCUSD": "Crypto"}
#: name, what it is, currency, contract size, digits, price, spread, jump, ticks, points, swaps
_CFDS = (
    ("UKOIL", "Brent oil, barrel", "USD", 1000, 2, "83.42", 4, 1, 1, 160, "-1.2", "-0.4"),
    ("USOIL", "WTI oil, barrel", "USD", 1000, 2, "79.15", 4, 1, 1, 160, "-1.1", "-0.5"),
    ("US30", "Wall Street 30", "USD", 1, 1, "38920.0", 28, 12, 2, 3500, "-61.0", "-12.0"),
    ("US500", "US 500", "USD", 10, 1, "5178.4", 6, 2, 2, 550, "-8.2", "-1.6"),
    ("NAS100", "US Tech 100", "USD", 1, 1, "18105.0", 18, 8, 3, 2600, "-28.4", "-5.5"),
    ("GER40", "Germany 40", "EUR", 1, 1, "18240.5", 16, 7, 2, 2000, "-22.7", "-7.3"),
)
_OIL = ("UKOIL", "USOIL")


def instruments() -> tuple[Instrument, ...]:
    """Return all 28, the pairs of the dollar before the crosses that they make."""
    return (*(_forex(*row) for row in _FOREX), *(_cfd(*row) for row in _CFDS))


def _forex(name: str, description: str, digits: int, price: str, *numbers: int | str) -> Instrument:
    spread, jump, ticks, day, swap_long, swap_short = numbers
    spec = SymbolSpec(
        name=name,
        description=description,
        security=_SECURITIES.get(name, "Forex"),
        base_currency=name[:3],
        profit_currency=name[3:],
        margin_currency="USD" if name in _SECURITIES else name[:3],
        digits=digits,
        contract_size=Decimal(_CONTRACT_SIZES.get(name, 100_000)),
        margin_mode=MarginMode.CFD_LEVERAGE if name in _SECURITIES else MarginMode.FOREX,
        margin_hedged=Decimal(_CONTRACT_SIZES.get(name, 100_000)) / 2,
        margin_percentage=Decimal(1000 if name == "BTCUSD" else 100),
        swap_long=Decimal(str(swap_long)),
        swap_short=Decimal(str(swap_short)),
    )
    return Instrument(spec, Decimal(price), Temper(int(spread), int(jump), int(ticks)), int(day))


def _cfd(name: str, description: str, currency: str, *numbers: int | str) -> Instrument:
    size, digits, price, spread, jump, ticks, day, swap_long, swap_short = numbers
    spec = SymbolSpec(
        name=name,
        description=description,
        security="Energies" if name in _OIL else "Indices",
        base_currency=currency,
        profit_currency=currency,
        margin_currency=currency,
        digits=int(digits),
        contract_size=Decimal(size),
        profit_mode=ProfitMode.CFD,
        margin_mode=MarginMode.CFD_LEVERAGE,
        margin_percentage=Decimal(500),
        swap_long=Decimal(str(swap_long)),
        swap_short=Decimal(str(swap_short)),
        swap_triple_weekday=4,
    )
    temper = Temper(int(spread), int(jump), int(ticks))
    return Instrument(spec, Decimal(price), temper, int(day))


def groups(company: str) -> tuple[GroupSpec, ...]:
    """Return the four groups: dollars without and euros with commission, dollar cents, yen."""
    return (
        GroupSpec(
            name="STD-USD",
            company=company,
            currency="USD",
            default_leverage=500,
            margin_call_percent=Decimal(100),
            stop_out_percent=Decimal(30),
        ),
        GroupSpec(
            name="ECN-EUR",
            company=company,
            currency="EUR",
            default_leverage=200,
            margin_call_percent=Decimal(100),
            stop_out_percent=Decimal(50),
            commission_type=CommissionType.MONEY,
            commission=Decimal("6.00"),
        ),
        GroupSpec(
            name="CENT-USC",
            company=company,
            currency="USC",
            default_leverage=1000,
            margin_call_percent=Decimal(60),
            stop_out_percent=Decimal(20),
            cent_factor=100,
        ),
        GroupSpec(
            name="PRO-JPY",
            company=company,
            currency="JPY",
            default_leverage=100,
            margin_call_percent=Decimal(120),
            stop_out_percent=Decimal(70),
            hedge_larger_leg=True,
        ),
    )

"""Which currencies a symbol's name names: `EURUSD`, `eurusd@`, `XAUUSD.m`, `UKOUSD`, `JP225`."""

import re
from dataclasses import dataclass

from trading.calc.convert import CENT_PARENTS


def _codes(*lines: str) -> frozenset[str]:
    return frozenset(code for line in lines for code in line.split())


#: Currencies that brokers keep accounts in or quote pairs in.
CURRENCIES = _codes(
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNH CNY COP CZK DKK EUR GBP GHS HKD HRK HUF IDR ILS INR",
    "ISK JOD JPY KES KRW KWD KZT MAD MXN MYR NGN NOK NZD OMR PEN PHP PLN QAR RON RUB SAR SEK SGD",
    "THB TND TRY TWD UAH UGX USD VND ZAR",
)
#: What is traded like a currency and is none: metals, and coins.
COMMODITIES = _codes(
    "XAU XAG XPT XPD XAL XCU XNI XZN ADA AVX BCH BNB BTC DOG DOT DSH EOS ETC ETH IOT LNK LTC NEO",
    "SOL TRX UNI XLM XMR XRP XTZ ZEC",
)
_CODE = 3
_START = re.compile(r"^[^A-Za-z0-9]+")
_TRUNK = re.compile(r"^[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Names:
    """What a symbol's name says; an empty currency is one that it does not say."""

    base: str
    profit: str

    @property
    def is_pair(self) -> bool:
        """Return whether one currency is priced in another (metals and coins are not)."""
        return self.base in CURRENCIES and self.profit in CURRENCIES


def names_of(symbol: str) -> Names:
    """Return the currencies in a symbol's name, whatever its case, prefix sign and suffix."""
    text = _START.sub("", symbol).upper()
    base, profit = text[:_CODE], text[_CODE : 2 * _CODE]
    if profit in CURRENCIES:
        return Names(base if base in CURRENCIES | COMMODITIES else "", profit)
    trunk = _TRUNK.match(text)
    ending = trunk[0][-_CODE:] if trunk and len(trunk[0]) > 2 * _CODE else ""
    return Names("", ending if ending in CURRENCIES else "")


def plain(currency: str) -> str:
    """Return the currency that pairs are quoted in: dollars for an account kept in cents."""
    return CENT_PARENTS.get(currency, currency)

"""Makes words of the trade: symbols, groups, accounts, positions and quotes, as frozen values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.terms import AccountRecord, Cmd, GroupSpec, Quote, SymbolSpec, TradeRecord

MOMENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
SERVER_MOMENT = datetime(2026, 3, 4, 12, 0)  # noqa: DTZ001 – a server time has no zone


def a_symbol(name: str = "EURUSD", **fields: Any) -> SymbolSpec:
    """A Forex pair named by its currencies, 5 digits, lots of 100,000."""
    known: dict[str, Any] = {
        "description": name,
        "security": "Forex",
        "base_currency": name[:3].upper(),
        "profit_currency": name[3:6].upper(),
        "margin_currency": name[:3].upper(),
        "digits": 5,
        "contract_size": Decimal(100_000),
    }
    return SymbolSpec(name=name, **{**known, **fields})


def a_group(**fields: Any) -> GroupSpec:
    """A dollar group at 1:100 with margin call at 100 % and stop out at 50 %."""
    known: dict[str, Any] = {
        "name": "real-usd",
        "company": "Example Brokers",
        "currency": "USD",
        "default_leverage": 100,
        "margin_call_percent": Decimal(100),
        "stop_out_percent": Decimal(50),
    }
    return GroupSpec(**{**known, **fields})


def an_account(**fields: Any) -> AccountRecord:
    """A dollar account at 1:100 with 10,000.00 on it."""
    known: dict[str, Any] = {
        "login": 5001,
        "group": "real-usd",
        "name": "Ada Example",
        "currency": "USD",
        "leverage": 100,
        "balance": Decimal("10000.00"),
        "credit": Decimal("0.00"),
        "enabled": True,
        "read_only": False,
        "email": "ada@example.com",
        "phone": "",
        "country": "",
        "city": "",
        "comment": "",
        "agent_login": 0,
        "registered_at": MOMENT,
        "registered_server_time": SERVER_MOMENT,
        "previous_balance": Decimal("10000.00"),
        "changed_stamp": 1,
    }
    return AccountRecord(**{**known, **fields})


def a_position(
    cmd: Cmd = Cmd.BUY, lots: str = "1.00", price: str = "1.2000", **fields: Any
) -> TradeRecord:
    """An open position of EURUSD whose margin rate was fixed at 1."""
    known: dict[str, Any] = {
        "ticket": 1,
        "login": 5001,
        "symbol": "EURUSD",
        "digits": 5,
        "volume_hundredths": int(Decimal(lots) * 100),
        "opened_at": MOMENT,
        "opened_server_time": SERVER_MOMENT,
        "open_price": Decimal(price),
        "stop_loss": Decimal(0),
        "take_profit": Decimal(0),
        "closed_at": None,
        "closed_server_time": None,
        "close_price": Decimal(price),
        "expires_at": None,
        "commission": Decimal(0),
        "swap": Decimal(0),
        "taxes": Decimal(0),
        "profit": Decimal(0),
        "margin_rate": Decimal(1),
        "magic": 0,
        "comment": "",
        "changed_stamp": 1,
    }
    return TradeRecord(cmd=cmd, **{**known, **fields})


def a_quote(symbol: str, bid: str, ask: str | None = None) -> Quote:
    """A quote of now; without an ask there is no spread."""
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(ask or bid), at=MOMENT)


def quotes(**prices: str) -> dict[str, Quote]:
    """A market: `quotes(EURUSD="1.1000 1.1002")`; one price serves as bid and ask."""
    return {name: a_quote(name, *text.split()) for name, text in prices.items()}

"""Invented records of a MetaTrader server, with ordinary values for what a test does not name."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from trading.terms import AccountRecord, Cmd, GroupSpec, Quote, SymbolSpec, TradeRecord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
#: The invented server's wall clock is two hours before UTC's.
AHEAD = timedelta(hours=2)
STAMP = 1_772_460_000


def wall(moment: datetime) -> datetime:
    """Return a moment on the invented server's wall clock."""
    return (moment + AHEAD).replace(tzinfo=None)


def a_spec(name: str, base: str, profit: str, **values: Any) -> SymbolSpec:
    """Return a symbol; a Forex pair of 100,000 with 5 digits unless told otherwise."""
    plain: dict[str, Any] = {
        "description": name,
        "security": "Forex",
        "base_currency": base,
        "profit_currency": profit,
        "margin_currency": base or profit,
        "digits": 5,
        "contract_size": Decimal(100_000),
    }
    return SymbolSpec(name=name, **(plain | values))


def a_group(name: str = "std-usd", currency: str = "USD", **values: Any) -> GroupSpec:
    """Return a group."""
    plain: dict[str, Any] = {
        "company": "Invented Markets",
        "default_leverage": 100,
        "margin_call_percent": Decimal(100),
        "stop_out_percent": Decimal(50),
    }
    return GroupSpec(name=name, currency=currency, **(plain | values))


def a_quote(symbol: str, bid: Decimal | str, ask: Decimal | str, at: datetime = NOON) -> Quote:
    """Return a quote."""
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(ask), at=at)


def a_record(
    login: int = 1001, group: str = "std-usd", currency: str = "USD", **values: Any
) -> AccountRecord:
    """Return an account with a balance of 1000."""
    plain: dict[str, Any] = {
        "name": f"Account {login}",
        "leverage": 100,
        "balance": Decimal(1000),
        "credit": Decimal(0),
        "enabled": True,
        "read_only": False,
        "email": "",
        "phone": "",
        "country": "",
        "city": "",
        "comment": "",
        "agent_login": 0,
        "registered_at": NOON - timedelta(days=100),
        "registered_server_time": wall(NOON - timedelta(days=100)),
        "previous_balance": Decimal(1000),
        "changed_stamp": STAMP,
    }
    return AccountRecord(login=login, group=group, currency=currency, **(plain | values))


def a_trade(ticket: int = 1, login: int = 1001, **values: Any) -> TradeRecord:
    """Return an open position: one lot of EURUSD bought at 1.10000."""
    plain: dict[str, Any] = {
        "cmd": Cmd.BUY,
        "symbol": "EURUSD",
        "digits": 5,
        "volume_hundredths": 100,
        "opened_at": NOON,
        "opened_server_time": wall(NOON),
        "open_price": Decimal("1.10000"),
        "stop_loss": Decimal(0),
        "take_profit": Decimal(0),
        "closed_at": None,
        "closed_server_time": None,
        "close_price": Decimal("1.10000"),
        "expires_at": None,
        "commission": Decimal(0),
        "swap": Decimal(0),
        "taxes": Decimal(0),
        "profit": Decimal(0),
        "margin_rate": Decimal("1.1"),
        "magic": 0,
        "comment": "",
        "changed_stamp": STAMP,
    }
    return TradeRecord(ticket=ticket, login=login, **(plain | values))


def a_closed_trade(
    ticket: int = 1, login: int = 1001, closed_at: datetime = NOON, **values: Any
) -> TradeRecord:
    """Return a closed trade that earned 10."""
    plain: dict[str, Any] = {
        "opened_at": closed_at - timedelta(hours=3),
        "opened_server_time": wall(closed_at - timedelta(hours=3)),
        "closed_at": closed_at,
        "closed_server_time": wall(closed_at),
        "close_price": Decimal("1.10010"),
        "profit": Decimal(10),
        "changed_stamp": STAMP + 10,
    }
    return a_trade(ticket, login, **(plain | values))


def a_balance_record(ticket: int = 1, login: int = 1001, amount: str = "500", **values: Any) -> Any:
    """Return a deposit, closed at once as MetaTrader's balance records are."""
    plain: dict[str, Any] = {
        "cmd": Cmd.BALANCE,
        "symbol": "",
        "digits": 0,
        "volume_hundredths": 0,
        "open_price": Decimal(0),
        "close_price": Decimal(0),
        "closed_at": NOON,
        "closed_server_time": wall(NOON),
        "profit": Decimal(amount),
        "margin_rate": Decimal(0),
        "comment": "Deposit",
    }
    return a_trade(ticket, login, **(plain | values))

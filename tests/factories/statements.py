"""Makes an invented statement with one row of each kind, and the facts beside it."""

import json
from pathlib import Path
from typing import Any

HEAD = (
    "section,ticket,open_time,type,lots,symbol,open_price,sl,tp,close_time,"
    "close_or_market_price,commission,taxes,swap,profit,comment"
)
DEPOSIT = "closed,11,2026.01.05 10:00:00,balance,,,,,,2026.01.05 10:00:00,,,,,1000.00,first"
CLOSED = (
    "closed,12,2026.01.05 11:00:00,buy,0.10,eurusd,1.10000,0.00000,0.00000,"
    "2026.01.06 12:00:00,1.10100,-0.70,0.00,-0.55,10.00,#77 robot"
)
CANCELLED = (
    "closed,13,2026.01.06 11:00:00,buy limit,0.10,eurusd,1.09000,0.00000,0.00000,"
    "2026.01.06 12:00:00,1.10100,,,,,cancelled"
)
OPEN = (
    "open,14,2026.07.07 11:00:00,sell,0.20,eurusd,1.10500,0.00000,0.00000,,"
    "1.10400,-1.40,0.00,0.00,20.00,"
)
WORKING = (
    "working,15,2026.07.07 12:00:00,sell limit,0.10,eurusd,1.11000,0.00000,0.00000,,"
    "1.10390,,,,,wait"
)
FACTS: dict[str, Any] = {
    "server": {"name": "Book-1", "company": "Example", "timezone": "Europe/Athens"},
    "groups": {
        "real": {
            "currency": "USD",
            "default_leverage": 100,
            "margin_call_percent": "100",
            "stop_out_percent": "50",
        }
    },
    "symbols": {
        "eurusd": {
            "description": "Euro",
            "security": "Forex",
            "base_currency": "EUR",
            "profit_currency": "USD",
            "margin_currency": "EUR",
            "digits": 5,
            "contract_size": "100000",
        }
    },
    "accounts": [
        {
            "statement": "own.csv",
            "login": 900001,
            "name": "Ada Example",
            "group": "real",
            "leverage": 100,
            "opening_balance": "5.00",
        }
    ],
    "quotes": {},
}


def own(folder: Path, *rows: str, **facts: Any) -> tuple[Path, Path]:
    """Write own.csv and facts.json into a folder; return their paths."""
    statement, beside = folder / "own.csv", folder / "facts.json"
    statement.write_text("\n".join((HEAD, *rows)) + "\n")
    beside.write_text(json.dumps({**FACTS, **facts}))
    return statement, beside

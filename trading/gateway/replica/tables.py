"""The replica's tables: their columns, and what stands for a column that an older schema lacks.

MetaQuotes' report server has written these tables since 2008 and added columns over the years.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trading.gateway.errors import Unavailable

Columns = Mapping[str, frozenset[str]]
NAMES = ("mt4_trades", "mt4_users", "mt4_prices", "mt4_config")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns that are read of one table; `optional` ones have an SQL value in their place."""

    table: str
    needed: tuple[str, ...]
    optional: Mapping[str, str] = field(default_factory=dict)


TRADES = Wanted(
    "mt4_trades",
    needed=(
        "TICKET", "LOGIN", "SYMBOL", "DIGITS", "CMD", "VOLUME", "OPEN_TIME", "OPEN_PRICE", "SL",
        "TP", "CLOSE_TIME", "EXPIRATION", "COMMISSION", "SWAPS", "CLOSE_PRICE", "PROFIT", "TAXES",
        "COMMENT", "MARGIN_RATE", "TIMESTAMP",
    ),
    optional=MappingProxyType({"MAGIC": "0"}),
)  # fmt: skip
USERS = Wanted(
    "mt4_users",
    needed=(
        "LOGIN", "GROUP", "ENABLE", "ENABLE_READONLY", "NAME", "COUNTRY", "CITY", "PHONE", "EMAIL",
        "COMMENT", "REGDATE", "LEVERAGE", "AGENT_ACCOUNT", "TIMESTAMP", "BALANCE", "PREVBALANCE",
        "CREDIT", "STATE", "ZIPCODE", "ADDRESS", "ID", "STATUS", "USER_COLOR", "ENABLE_CHANGE_PASS",
        "SEND_REPORTS",
    ),
    optional=MappingProxyType({"LEAD_SOURCE": "''", "CURRENCY": "''"}),
)  # fmt: skip
FIGURES = Wanted(
    "mt4_users",
    needed=("LOGIN", "BALANCE", "CREDIT", "EQUITY", "MARGIN", "MARGIN_LEVEL", "MARGIN_FREE"),
    optional=MappingProxyType({"CURRENCY": "''"}),
)
PRICES = Wanted("mt4_prices", needed=("SYMBOL", "TIME", "BID", "ASK", "DIGITS"))
CONFIG = Wanted("mt4_config", needed=("CONFIG", "VALUE_INT", "VALUE_STR"))


def present(rows: list[tuple[str, str]]) -> Columns:
    """Return the columns of each table, by names in small and in capital letters."""
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table.lower(), set()).add(column.upper())
    return {table: frozenset(columns) for table, columns in found.items()}


def spelt(question: str, rows: list[tuple[str, str]]) -> str:
    """Return a question with our tables' names in capital letters where the database has them so.

    On most systems MySQL tells small letters from capitals in the names of tables.
    """
    there = {table for table, _ in rows}
    for name in NAMES:
        if name not in there and name.upper() in there:
            question = question.replace(name, name.upper())
    return question


def selection(wanted: Wanted, there: Columns, alias: str) -> str:
    """Return the columns for a SELECT, in their order; Unavailable when one that is needed lacks.

    Names are ours, never the database's: nothing of what it says becomes part of a statement.
    """
    columns = there.get(wanted.table, frozenset())
    missing = [name for name in wanted.needed if name not in columns]
    if missing:
        raise Unavailable(
            f"The replica's table {wanted.table} lacks {', '.join(missing)}: is this the database"
            " that MetaTrader's report server writes?"
        )
    shown = [f"{alias}.`{name}`" for name in wanted.needed]
    for name, instead in wanted.optional.items():
        shown.append(f"{alias}.`{name}`" if name in columns else f"{instead} AS `{name}`")
    return ", ".join(shown)

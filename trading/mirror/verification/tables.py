"""Which fields are compared: every field of MetaTrader's record that a table of ours keeps.

The pairs are found by name, apart from the way in which the mirror fills its rows (mirror/rows.py):
a value that was written into the wrong column is a difference here.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import Model
from psycopg import sql

from trading.models import BalanceRecord, Deal, Group, Position, Symbol, TradingAccount
from trading.terms import AccountRecord, GroupSpec, SymbolSpec, TradeRecord

#: Columns that are ours to say, or that only make a key of what is compared.
OURS = frozenset(("id", "server_id", "account_id", "client_id", "mirrored_at"))


@dataclass(frozen=True, eq=False)
class Table:
    """One table of the mirror beside the record that fills it.

    `renamed` names a column's field of the record where the two are called differently; `derived`
    are columns that no field of the record holds and that are compared all the same.
    """

    name: str
    model: type[Model]
    record: Any
    key: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    derived: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Return the compared columns, those of the record first."""
        fields = {one.name for one in dataclasses.fields(self.record)} - {self.key}
        kept = [one.attname for one in self.model._meta.concrete_fields]
        shared = [
            column
            for column in kept
            if column not in OURS and self.renamed.get(column, column) in fields
        ]
        return (*shared, *self.derived)

    @cached_property
    def theirs(self) -> Callable[[Any], tuple[Any, ...]]:
        """Return what reads a record's values in the order of `columns`, derived ones apart."""
        named = self.columns[: len(self.columns) - len(self.derived)]
        return attrgetter(*(self.renamed.get(column, column) for column in named))

    @property
    def database_name(self) -> sql.Identifier:
        """Return the table's name for a statement."""
        return sql.Identifier(self.model._meta.db_table)

    @cached_property
    def selection(self) -> sql.Composed:
        """Return the compared columns for a statement; `ours` is the table there."""
        return sql.SQL(", ").join(sql.Identifier("ours", column) for column in self.columns)


def kept_settings(model: type[Model], spec: Any) -> tuple[str, ...]:
    """Return which fields of a contract or a group stand in our table of them, the name apart."""
    columns = {one.name for one in model._meta.concrete_fields} - {"name"}
    return tuple(one.name for one in dataclasses.fields(spec) if one.name in columns)


ACCOUNTS = Table(
    name="accounts",
    model=TradingAccount,
    record=AccountRecord,
    key="login",
    renamed={"group_id": "group"},
    derived=("closed_on_server",),
)
_TICKET: Any = {"record": TradeRecord, "key": "ticket"}
POSITIONS = Table(
    name="open tickets", model=Position, derived=("currency", "parent_ticket"), **_TICKET
)
DEALS = Table(name="closed tickets", model=Deal, derived=("currency", "parent_ticket"), **_TICKET)
BALANCES = Table(
    name="balance records",
    model=BalanceRecord,
    renamed={
        "amount": "profit",
        "recorded_at": "opened_at",
        "recorded_server_time": "opened_server_time",
    },
    derived=("currency",),
    **_TICKET,
)
TICKETS = (POSITIONS, DEALS, BALANCES)
SYMBOL_FIELDS = kept_settings(Symbol, SymbolSpec)
GROUP_FIELDS = kept_settings(Group, GroupSpec)

"""The board's figures into PostgreSQL, in bulk: one statement for accounts, one for clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from crm.actions.figures import Figures as ClientFigures
from crm.actions.figures import record_figures
from trading.calc import rounding
from trading.live.figures import Figures

COLUMNS = (
    ("account_id", "bigint"),
    ("currency", "text"),
    ("balance", "numeric"),
    ("credit", "numeric"),
    ("floating", "numeric"),
    ("equity", "numeric"),
    ("margin", "numeric"),
    ("free_margin", "numeric"),
    ("level", "numeric"),
    ("level_type", "smallint"),
    ("positions", "integer"),
    ("volume_hundredths", "bigint"),
    ("needs", "jsonb"),
    ("figures_at", "timestamptz"),
)
NAMES = ", ".join(name for name, _ in COLUMNS)
# In key order, so that two writers never wait in a circle. An older figure never wins.
UPSERT = (
    f"INSERT INTO trading_accountfigures AS kept ({NAMES})"  # noqa: S608 - names of this module
    f" SELECT {NAMES} FROM unnest({', '.join(f'%s::{kind}[]' for _, kind in COLUMNS)})"
    f" AS told ({NAMES})"
    " WHERE EXISTS (SELECT FROM trading_tradingaccount WHERE id = told.account_id)"
    " ORDER BY account_id ON CONFLICT (account_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name, _ in COLUMNS[1:])
    + " WHERE kept.figures_at <= excluded.figures_at"
)


def record_accounts(rows: Sequence[tuple[int, Figures, datetime]]) -> int:
    """Write figures of accounts, each with the moment at which they were true; return how many."""
    if not rows:
        return 0
    lines = [_line(*row) for row in rows]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPSERT, [list(column) for column in zip(*lines, strict=True)])
        return int(cursor.rowcount)


def record(
    accounts: Sequence[tuple[int, Figures, datetime]],
    clients: Sequence[ClientFigures],
    now: datetime,
) -> None:
    """Write the figures of accounts and the totals of their clients."""
    record_accounts(accounts)
    record_figures(rows=clients, now=now)


def _line(account_id: int, figures: Figures, at: datetime) -> tuple[Any, ...]:
    places = rounding.digits(figures.currency)

    def money(name: str) -> Any:
        amount = getattr(figures, name)
        return None if amount is None else rounding.rounded(amount, places)

    return (
        account_id,
        figures.currency,
        money("balance"),
        money("credit"),
        money("floating"),
        money("equity"),
        money("margin"),
        money("free_margin"),
        figures.level,
        None if figures.level_type is None else int(figures.level_type),
        figures.positions,
        figures.volume_hundredths,
        Jsonb(list(figures.needs)),
        at,
    )

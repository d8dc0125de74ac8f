"""Clients' figures, written in bulk by whoever adds up their trading accounts.

Silent: figures are a copy of what accounts say, thousands of them every few seconds; an event for
each would bury what people do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

# Rows in the order of their keys, so that two writers never wait in a circle; a row that says the
# same already is left alone, so that nothing is rewritten for nothing.
UPSERT = """
INSERT INTO crm_clientfigures AS kept
       (client_id, currency, equity, balance, net_deposits, accounts_count, open_lots_hundredths,
        figures_at)
SELECT told.client_id, told.currency, told.equity, told.balance, told.net_deposits,
       told.accounts_count, told.open_lots_hundredths, %s
  FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::integer[],
              %s::bigint[])
       AS told (client_id, currency, equity, balance, net_deposits, accounts_count,
                open_lots_hundredths)
  JOIN crm_client ON crm_client.id = told.client_id
 ORDER BY told.client_id
    ON CONFLICT (client_id) DO UPDATE
   SET currency = excluded.currency, equity = excluded.equity, balance = excluded.balance,
       net_deposits = excluded.net_deposits, accounts_count = excluded.accounts_count,
       open_lots_hundredths = excluded.open_lots_hundredths, figures_at = excluded.figures_at
 WHERE (kept.currency, kept.equity, kept.balance, kept.net_deposits, kept.accounts_count,
        kept.open_lots_hundredths)
       IS DISTINCT FROM
       (excluded.currency, excluded.equity, excluded.balance, excluded.net_deposits,
        excluded.accounts_count, excluded.open_lots_hundredths)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """One client's sums over all accounts, in one currency and with no more digits than it has."""

    client_id: int
    currency: str
    equity: Decimal
    balance: Decimal
    net_deposits: Decimal
    accounts_count: int
    open_lots_hundredths: int


@transaction.atomic
def record_figures(*, rows: Iterable[Figures], now: datetime) -> int:
    """Write the figures of many clients in one statement; return how many rows changed.

    Of two rows for one client the later counts; a client that is gone is passed over.
    """
    told = list({row.client_id: row for row in rows}.values())
    if not told:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT,
            [
                now,
                [row.client_id for row in told],
                [row.currency for row in told],
                [row.equity for row in told],
                [row.balance for row in told],
                [row.net_deposits for row in told],
                [row.accounts_count for row in told],
                [row.open_lots_hundredths for row in told],
            ],
        )
        return int(cursor.rowcount)

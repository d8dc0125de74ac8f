"""Whose login is whose: from a server's logins to our accounts and clients, read now and then.

Of a big server only what changed is read: its accounts stand in parts, and PostgreSQL tells a
digest of each. A digest counts rows and adds up their hashes, so no change hides behind another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from trading.models import BalanceRecord, Server, TradingAccount
from trading.models.trading_account import is_made_up
from trading.states import Source
from trading.terms import Cmd

PART = 1024  # accounts in one part, by our key
DIGESTS = """
SELECT part, array_agg(ARRAY[kind, rows, hashes] ORDER BY kind) FROM (
    SELECT id / %(part)s AS part, 0::numeric AS kind, count(*)::numeric AS rows,
           sum(hash_record_extended(ROW(id, login, client_id, group_id, (
               SELECT kind FROM trading_server WHERE id = %(server)s)), 0)::numeric) AS hashes
      FROM trading_tradingaccount WHERE server_id = %(server)s GROUP BY 1
    UNION ALL
    SELECT account_id / %(part)s, 1, count(*),
           sum(hash_record_extended(ROW(account_id, amount), 0)::numeric)
      FROM trading_balancerecord WHERE server_id = %(server)s AND cmd = %(cmd)s GROUP BY 1
) AS both_kinds GROUP BY part
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One account of ours: its key, its client's key, and what was paid in, less what was out.

    An account with made-up money counts for no client: what it holds is nobody's.
    """

    account_id: int
    client_id: int | None
    net_deposits: Decimal


class Directory(dict[int, Entry]):
    """The entries of a server by login, and the digests of what they were read from."""

    def __init__(
        self, entries: Mapping[int, Entry] | None = None, digests: Mapping[int, Any] | None = None
    ) -> None:
        super().__init__(entries or {})
        self.digests = digests or {}


def read(server_id: int, known: Directory | None = None) -> Directory:
    """Return the entries of a server by login; `known` itself where nothing changed since it."""
    known = Directory() if known is None else known
    digests = _digests(server_id)
    parts = {*digests, *known.digests}
    stale = {part for part in parts if digests.get(part) != known.digests.get(part)}
    if not stale:
        return known
    kept = {} if stale == parts else _outside(known, stale)
    return Directory(kept | _of_parts(server_id, sorted(stale)), digests)


def _outside(known: Directory, parts: set[int]) -> dict[int, Entry]:
    return {login: entry for login, entry in known.items() if entry.account_id // PART not in parts}


def _digests(server_id: int) -> dict[int, Any]:
    values = {"part": PART, "server": server_id, "cmd": Cmd.BALANCE.value}
    with connection.cursor() as cursor:
        cursor.execute(DIGESTS, values)
        return dict(cursor.fetchall())


def _of_parts(server_id: int, parts: list[int]) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    for first, end in _runs(parts):
        low, high = first * PART, end * PART
        paid = dict(
            BalanceRecord.objects.filter(
                server_id=server_id,
                cmd=Cmd.BALANCE,
                account_id__gte=low,
                account_id__lt=high,
            )
            .values_list("account_id")
            .annotate(paid=Sum("amount"))
            .order_by()
        )
        accounts = TradingAccount.objects.filter(server_id=server_id, id__gte=low, id__lt=high)
        for login, account_id, client_id, kind, group in accounts.values_list(
            "login", "id", "client_id", "server__kind", "group__name"
        ):
            counts_for = None if is_made_up(kind, group) else client_id
            entries[login] = Entry(account_id, counts_for, paid.get(account_id, Decimal(0)))
    return entries


def _runs(parts: list[int]) -> list[tuple[int, int]]:
    """Return rising numbers as spans, each with the first one after it."""
    spans: list[tuple[int, int]] = []
    for part in parts:
        if spans and spans[-1][1] == part:
            spans[-1] = spans[-1][0], part + 1
        else:
            spans.append((part, part + 1))
    return spans


def active_servers() -> list[Server]:
    """Return the servers that are to be fed: a SQL replica tells nothing unasked."""
    fed = Server.objects.filter(is_active=True, source=Source.AGENT)
    return list(fed.order_by("id"))

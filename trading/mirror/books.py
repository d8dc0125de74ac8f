"""The server's own books: symbols, groups and accounts into their tables."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from trading.mirror import rows, targets
from trading.mirror.copy import Written, upsert
from trading.models import Group, Symbol
from trading.terms import AccountRecord, GroupSpec, SymbolSpec


def write_symbols(server_id: int, specs: Iterable[SymbolSpec], now: datetime) -> Written:
    """Write the symbols; one that the server dropped stays, for the trades that name it."""
    return upsert(targets.SYMBOLS, [rows.symbol_row(server_id, spec, now) for spec in specs])


def write_groups(server_id: int, specs: Iterable[GroupSpec], now: datetime) -> Written:
    """Write the groups; one that the server dropped stays, for the accounts that were in it."""
    return upsert(targets.GROUPS, [rows.group_row(server_id, spec, now) for spec in specs])


def name_books(
    server_id: int, symbols: Iterable[SymbolSpec], groups: Iterable[GroupSpec], now: datetime
) -> tuple[Written, Written]:
    """Write symbols and groups that are told by name only; those that we know stay as they are."""
    symbols, groups = list(symbols), list(groups)
    names = {one.name for one in symbols}
    known = Symbol.objects.filter(server_id=server_id, name__in=names)
    names -= set(known.values_list("name", flat=True))
    unknown = unknown_groups(server_id, (one.name for one in groups))
    return (
        write_symbols(server_id, (one for one in symbols if one.name in names), now),
        write_groups(server_id, (one for one in groups if one.name in unknown), now),
    )


def unknown_groups(server_id: int, names: Iterable[str]) -> frozenset[str]:
    """Return those of the group names that the mirror lacks."""
    wanted = frozenset(names)
    known = Group.objects.filter(server_id=server_id, name__in=wanted)
    return wanted - frozenset(known.values_list("name", flat=True))


def write_accounts(
    server_id: int, records: Iterable[AccountRecord], now: datetime
) -> tuple[Written, frozenset[str]]:
    """Write the accounts whose group is known; return also the names of groups that are not."""
    groups = dict(Group.objects.filter(server_id=server_id).values_list("name", "id"))
    batch = list(records)
    written = upsert(
        targets.ACCOUNTS,
        [
            rows.account_row(server_id, groups[record.group], record, now)
            for record in batch
            if record.group in groups
        ],
    )
    return written, frozenset(record.group for record in batch if record.group not in groups)


def owners(server_id: int, logins: Iterable[int]) -> dict[int, rows.Owner]:
    """Return our key and currency of each of these logins that the mirror knows."""
    with connection.cursor() as cursor:  # one value, however many: news come twice a second
        cursor.execute(
            "SELECT login, id, currency FROM trading_tradingaccount"
            " WHERE server_id = %s AND login = ANY(%s)",
            [server_id, list(logins)],
        )
        return {
            login: rows.Owner(account_id, currency)
            for login, account_id, currency in cursor.fetchall()
        }

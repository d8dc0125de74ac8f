"""Mends what a verification found, by the mirror's own path: the server's records written anew.

A closed row that only we have is left to a person: MetaTrader's staff delete trades, and the trace
of it must not go the same way.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from backoffice.core.actors import Actor
from trading.actions import snapshots, sync_passes
from trading.actions.verification.asking import Case
from trading.actions.verification.comparing import GROUPS, SYMBOLS
from trading.mirror import books, compare, moves
from trading.mirror.verification.differences import Difference, Kind
from trading.mirror.verification.tables import ACCOUNTS, POSITIONS, TICKETS
from trading.models.ticket import ticket_key
from trading.terms import TradeRecord

BATCH = 1_000


def mend(case: Case, found: Sequence[Difference], *, actor: Actor, now: datetime) -> None:
    """Write what the server says over what differs; each batch whole or not at all."""
    settings = [one for one in found if one.table in (SYMBOLS, GROUPS)]
    accounts = [one for one in found if one.table == ACCOUNTS.name]
    tickets = [one for one in found if one not in settings and one not in accounts]
    _mend_settings(case, settings, now)
    _mend_accounts(case, accounts, now)
    for start in range(0, len(tickets), BATCH):
        _mend_tickets(case, tickets[start : start + BATCH], actor, now)


def _mend_settings(case: Case, found: Sequence[Difference], now: datetime) -> None:
    with transaction.atomic():
        sync_passes.lock(case.server_id)
        books.write_symbols(case.server_id, _records(found, SYMBOLS), now)
        books.write_groups(case.server_id, _records(found, GROUPS), now)


def _records(found: Iterable[Difference], table: str) -> list[Any]:
    return [one.record for one in found if one.table == table]


def _mend_accounts(case: Case, found: Sequence[Difference], now: datetime) -> None:
    with transaction.atomic():
        sync_passes.lock(case.server_id)
        records = [one.record for one in found if one.record is not None]
        books.write_accounts(case.server_id, records, now)
        lost = frozenset(one.login for one in found if one.kind is Kind.EXTRA)
        nobody = frozenset[int]()
        compare.mark_logins(case.server_id, compare.LoginDifference(nobody, lost, nobody))


def _mend_tickets(case: Case, found: Sequence[Difference], actor: Actor, now: datetime) -> None:
    told = [one for one in found if one.record is not None]
    gone = [int(one.key) for one in found if one.kind is Kind.EXTRA and one.table == POSITIONS.name]
    records: list[TradeRecord] = [one.record for one in told]
    with transaction.atomic():
        sync_passes.lock(case.server_id)
        owners = books.owners(case.server_id, {one.login for one in records})
        # The mirror keeps a closed ticket closed and a parent once known: out with the wrong rows.
        _take_out(case.server_id, [one.ticket for one in records if one.login in owners])
        moves.write_tickets(case.server_id, records, owners, now, at_market=True)
        _name_parents(case.server_id, told)
        snapshots.vanish(case.server_id, gone, actor=actor, now=now)


def _take_out(server_id: int, tickets: Sequence[int]) -> None:
    keys = [ticket_key(server_id, ticket) for ticket in tickets]
    for table in TICKETS:
        table.model._default_manager.filter(pk__in=keys).delete()


def _name_parents(server_id: int, told: Iterable[Difference]) -> None:
    """Write the parents that another ticket's comment names, or that we knew and bore out."""
    pairs = [(ticket_key(server_id, int(one.key)), one.parent) for one in told if one.parent]
    with connection.cursor() as cursor:
        for table in ("trading_position", "trading_deal"):
            cursor.executemany(
                f"UPDATE {table} SET parent_ticket = %s WHERE id = %s",  # noqa: S608
                [(parent, key) for key, parent in pairs],
            )

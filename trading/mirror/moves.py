"""Where a ticket belongs: opened, closed, closed in part, opened again, deleted.

An open ticket is a row of `trading_position`, a closed one a row of `trading_deal`, and never both.
A closed row is never taken away because the server no longer has it: MetaTrader archives.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from trading.mirror import rows, targets
from trading.mirror.copy import Target, Written, load, merge
from trading.models.ticket import ticket_key
from trading.terms import TradeRecord


@dataclass(frozen=True, slots=True)
class Moved:
    """What a batch of tickets did; `strangers` belong to logins that the mirror does not know."""

    positions: Written = field(default_factory=Written)
    deals: Written = field(default_factory=Written)
    balances: Written = field(default_factory=Written)
    closed: int = 0
    reopened: int = 0
    outdated: int = 0
    strangers: tuple[TradeRecord, ...] = ()

    def __add__(self, other: "Moved") -> "Moved":
        """Return both together."""
        return Moved(
            positions=self.positions + other.positions,
            deals=self.deals + other.deals,
            balances=self.balances + other.balances,
            closed=self.closed + other.closed,
            reopened=self.reopened + other.reopened,
            outdated=self.outdated + other.outdated,
            strangers=self.strangers + other.strangers,
        )


@dataclass
class Sheets:
    """Tickets sorted by where they belong; `children` (a ticket, its parent) of partial closes."""

    positions: list[Any] = field(default_factory=list)
    deals: list[Any] = field(default_factory=list)
    balances: list[Any] = field(default_factory=list)
    children: list[tuple[int, int]] = field(default_factory=list)
    months: set[str] = field(default_factory=set)


def write_tickets(
    server_id: int,
    records: Iterable[TradeRecord],
    owners: rows.Owners,
    now: datetime,
    *,
    at_market: bool = False,
) -> Moved:
    """Write tickets of every kind where they belong; a part of the caller's transaction.

    `at_market` true writes an open ticket's market price and profit even where nothing else moved.
    """
    known = list({record.ticket: record for record in records}.values())
    sheets = Sheets()
    for record in known:
        if record.login in owners:
            _sort(server_id, record, owners[record.login], now, sheets)
    moved = settle(server_id, sheets, load, at_market=at_market)
    strangers = tuple(record for record in known if record.login not in owners)
    return moved + Moved(strangers=strangers)


def _sort(
    server_id: int, record: TradeRecord, owner: rows.Owner, now: datetime, sheets: Sheets
) -> None:
    if record.cmd.is_balance:
        sheets.balances.append(rows.balance_row(server_id, owner, record, now))
    elif record.closed_at is not None and rows.is_closed(record):
        sheets.deals.append(rows.deal_row(server_id, owner, record, now))
        sheets.months.add(record.closed_at.strftime("%Y-%m"))
        if (child := rows.child_of(record)) is not None:
            sheets.children.append((child, record.ticket))
    else:
        sheets.positions.append(rows.ticket_row(server_id, owner, record, now))


def settle(
    server_id: int, sheets: Sheets, fill: Callable[[Target, Any], int], *, at_market: bool
) -> Moved:
    """Bring sorted tickets to where they belong; `fill` loads a sheet into its temporary table."""
    ensure_months(sheets.months)
    deals, gone = _settle_closed(fill(targets.DEALS, sheets.deals))
    positions, reopened, outdated = _settle_open(
        fill(targets.POSITIONS, sheets.positions), at_market=at_market
    )
    _link_parents(server_id, sheets.children)
    balances = merge(targets.BALANCE_RECORDS, fill(targets.BALANCE_RECORDS, sheets.balances))
    return Moved(
        positions=positions,
        deals=deals,
        balances=balances,
        closed=gone,
        reopened=reopened,
        outdated=outdated,
    )


def delete_open(server_id: int, tickets: Sequence[int]) -> int:
    """Take away open tickets that their server deleted; closed ones are not touched."""
    keys = [ticket_key(server_id, ticket) for ticket in tickets]
    return _run("DELETE FROM trading_position WHERE id = ANY(%s)", [keys]) if keys else 0


def ensure_months(months: Iterable[str]) -> None:
    """Make the partitions of months, each as `YYYY-MM` of UTC; those that are there stay."""
    wanted = sorted(f"{month}-01" for month in months)
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT trading_ensure_deal_partition(month) FROM unnest(%s::date[]) AS month",
                [wanted],
            )


def _settle_closed(count: int) -> tuple[Written, int]:
    """Write closed tickets, and take their open rows away. Returns what was written and moved."""
    if not count:
        return Written(), 0
    # A ticket whose closing time was corrected would otherwise stand twice: the table's key holds
    # the closing time.
    _run(
        "DELETE FROM trading_deal AS ours USING incoming_trading_deal AS theirs"
        " WHERE ours.id = theirs.id AND ours.closed_at <> theirs.closed_at"
    )
    # A later partial close overwrites the comment that named the parent: keep what we know of it.
    _run(
        "UPDATE incoming_trading_deal AS theirs SET parent_ticket = ours.parent_ticket"
        " FROM trading_position AS ours WHERE ours.id = theirs.id"
        " AND theirs.parent_ticket IS NULL AND ours.parent_ticket IS NOT NULL"
    )
    written = merge(targets.DEALS, count)
    moved = _run(
        "DELETE FROM trading_position AS ours USING incoming_trading_deal AS theirs"
        " WHERE ours.id = theirs.id"
    )
    return written, moved


def _settle_open(count: int, *, at_market: bool) -> tuple[Written, int, int]:
    """Write open tickets; what we know as closed stays so, unless changed later."""
    if not count:
        return Written(), 0, 0
    outdated = _run(
        "DELETE FROM incoming_trading_position AS theirs USING trading_deal AS ours"
        " WHERE ours.id = theirs.id AND theirs.changed_stamp <= ours.changed_stamp"
    )
    reopened = _run(
        "DELETE FROM trading_deal AS ours USING incoming_trading_position AS theirs"
        " WHERE ours.id = theirs.id"
    )
    target = targets.POSITIONS if at_market else targets.POSITIONS_AT_REST
    return merge(target, count - outdated), reopened, outdated


def _link_parents(server_id: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Link the rest of a partial close to its parent, where the parent's comment names the rest."""
    if not pairs:
        return
    children = [ticket_key(server_id, child) for child, _ in pairs]
    parents = [parent for _, parent in pairs]
    for table in (targets.POSITIONS.table, targets.DEALS.table):
        _run(
            f"UPDATE {table} AS ours SET parent_ticket = link.parent"  # noqa: S608 - our own names
            " FROM unnest(%s::bigint[], %s::bigint[]) AS link (id, parent)"
            " WHERE ours.id = link.id AND ours.parent_ticket IS NULL",
            [children, parents],
        )


def _run(statement: str, parameters: Sequence[Any] = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)

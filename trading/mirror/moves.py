"""Where a ticket belongs: opened, closed, closed in part, opened again, deleted.

An open ticket is a row of `trading_position`, a closed one a row of `trading_deal`, and never both.
A closed row is never taken away because the server no longer has it: MetaTrader archives.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from trading.mirror import rows, targets
from trading.mirror.copy import Written, upsert
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
    ours = [record for record in known if record.login in owners]
    money = [record for record in ours if record.cmd.is_balance]
    trades = [record for record in ours if not record.cmd.is_balance]
    closed = [record for record in trades if rows.is_closed(record)]
    standing = [record for record in trades if not rows.is_closed(record)]

    deals, gone = _write_closed(server_id, closed, owners, now)
    positions, reopened, outdated = _write_open(
        server_id, standing, owners, now, target=_positions(at_market)
    )
    _link_parents(server_id, closed)
    return Moved(
        positions=positions,
        deals=deals,
        balances=upsert(
            targets.BALANCE_RECORDS,
            [rows.balance_row(server_id, owners[one.login], one, now) for one in money],
        ),
        closed=gone,
        reopened=reopened,
        outdated=outdated,
        strangers=tuple(record for record in known if record.login not in owners),
    )


def delete_open(server_id: int, tickets: Sequence[int]) -> int:
    """Take away open tickets that their server deleted; closed ones are not touched."""
    keys = [ticket_key(server_id, ticket) for ticket in tickets]
    return _run("DELETE FROM trading_position WHERE id = ANY(%s)", [keys]) if keys else 0


def ensure_partitions(moments: Iterable[datetime]) -> None:
    """Make the partitions of the months in which these trades closed."""
    ensure_months({moment.strftime("%Y-%m") for moment in moments})


def ensure_months(months: Iterable[str]) -> None:
    """Make the partitions of months, each as `YYYY-MM` of UTC; those that are there stay."""
    wanted = sorted(f"{month}-01" for month in months)
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT trading_ensure_deal_partition(month) FROM unnest(%s::date[]) AS month",
                [wanted],
            )


def _positions(at_market: bool) -> Any:
    return targets.POSITIONS if at_market else targets.POSITIONS_AT_REST


def _write_closed(
    server_id: int, records: list[TradeRecord], owners: rows.Owners, now: datetime
) -> tuple[Written, int]:
    """Write closed tickets, and take their open rows away. Returns what was written and moved."""
    if not records:
        return Written(), 0
    ensure_partitions(record.closed_at for record in records if record.closed_at is not None)
    keys = [ticket_key(server_id, record.ticket) for record in records]
    moments = [record.closed_at for record in records]
    # A ticket whose closing time was corrected would otherwise stand twice: the table's key holds
    # the closing time.
    _run(
        "DELETE FROM trading_deal AS ours USING unnest(%s::bigint[], %s::timestamptz[])"
        " AS theirs (id, closed_at) WHERE ours.id = theirs.id"
        " AND ours.closed_at <> theirs.closed_at",
        [keys, moments],
    )
    # A later partial close overwrites the comment that named the parent: keep what we know of it.
    parents = _parents(keys)
    written = upsert(
        targets.DEALS,
        [
            rows.deal_row(server_id, owners[one.login], one, now, parents.get(key))
            for key, one in zip(keys, records, strict=True)
        ],
    )
    moved = delete_open(server_id, [record.ticket for record in records])
    return written, moved


def _parents(keys: list[int]) -> dict[int, int]:
    """Return the parents of these open tickets, where they are known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, parent_ticket FROM trading_position"
            " WHERE id = ANY(%s) AND parent_ticket IS NOT NULL",
            [keys],
        )
        return dict(cursor.fetchall())


def _write_open(
    server_id: int,
    records: list[TradeRecord],
    owners: rows.Owners,
    now: datetime,
    *,
    target: Any,
) -> tuple[Written, int, int]:
    """Write open tickets; what we know as closed stays so, unless changed later."""
    by_key = {ticket_key(server_id, record.ticket): record for record in records}
    closed = _closed_stamps(list(by_key))
    outdated = {key for key, stamp in closed.items() if by_key[key].changed_stamp <= stamp}
    reopened = sorted(set(closed) - outdated)
    if reopened:
        _run("DELETE FROM trading_deal WHERE id = ANY(%s)", [reopened])
    written = upsert(
        target,
        [
            rows.ticket_row(server_id, owners[record.login], record, now)
            for key, record in by_key.items()
            if key not in outdated
        ],
    )
    return written, len(reopened), len(outdated)


def _closed_stamps(keys: list[int]) -> dict[int, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, changed_stamp FROM trading_deal WHERE id = ANY(%s)", [keys])
        return dict(cursor.fetchall())


def _link_parents(server_id: int, closed: list[TradeRecord]) -> None:
    """Link the rest of a partial close to its parent, where the parent's comment names the rest."""
    pairs = [(child, one.ticket) for one in closed if (child := rows.child_of(one)) is not None]
    if not pairs:
        return
    children = [ticket_key(server_id, child) for child, _ in pairs]
    parents = [parent for _, parent in pairs]
    for statement in (
        "UPDATE trading_position AS ours SET parent_ticket = link.parent"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS link (id, parent)"
        " WHERE ours.id = link.id AND ours.parent_ticket IS NULL",
        "UPDATE trading_deal AS ours SET parent_ticket = link.parent"
        " FROM unnest(%s::bigint[], %s::bigint[]) AS link (id, parent)"
        " WHERE ours.id = link.id AND ours.parent_ticket IS NULL",
    ):
        _run(statement, [children, parents])


def _run(statement: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)

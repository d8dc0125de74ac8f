"""Many records at once: the fields of their lines go into COPY as they came, none is made a record.

What the lines are is told in trading/gateway/lines.py; their fields have the order of the classes
in `trading.terms`, and their texts are those of PostgreSQL's COPY. Tickets that the mirror has none
of are copied straight into their tables, with every index and check in force; whatever stands there
already goes the way of moves.py. Both ways write the same rows (tests/trading/mirror/test_bulk).
"""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db import connection

from trading.mirror import moves, rows, targets
from trading.mirror.copy import Written, copy_text, upsert_text
from trading.mirror.moves import Moved
from trading.models import Deal, Group, TradingAccount
from trading.models.deal import FIRST_CLOSING
from trading.models.ticket import TICKETS_PER_SERVER
from trading.terms import TradeRecord

Fields = tuple[str, ...]
#: By login as it stands in a line: our key of the account, and its currency.
Owners = dict[str, tuple[str, str]]

NULL = r"\N"
_MONEY = ("6", "7")
_TRADE = [one.name for one in dataclasses.fields(TradeRecord)]
_COMMENT, _CLOSED = _TRADE.index("comment"), _TRADE.index("closed_at")
_FIRST = FIRST_CLOSING.strftime("%Y-%m-%d")


def owners(server_id: int, logins: Iterable[str]) -> Owners:
    """Return whose these logins are, as far as the mirror knows them."""
    found = TradingAccount.objects.filter(server_id=server_id, login__in=list(map(int, logins)))
    known = found.values_list("login", "id", "currency")
    return {str(login): (str(key), currency) for login, key, currency in known.iterator()}


def are_new_tickets(server_id: int, lines: Sequence[Fields]) -> bool:
    """Return whether tickets come in rising order, and the mirror has none in their range."""
    span = _span(lines)
    if span is None:
        return False
    first, last = (server_id * TICKETS_PER_SERVER + ticket for ticket in span)
    tables = (targets.POSITIONS.table, targets.DEALS.table, targets.BALANCE_RECORDS.table)
    there = [f"EXISTS (SELECT FROM {table} WHERE id BETWEEN %s AND %s)" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(there), [first, last] * len(tables))
        (known,) = cursor.fetchone()
    return not known


def links(server_id: int) -> dict[str, str]:
    """Return the parent of each ticket that the comment of a partial close in the mirror names."""
    closed = Deal.objects.filter(server_id=server_id, comment__contains="to #")
    pairs = closed.values_list("ticket", "comment").iterator()
    found = ((rows.CHILD.search(comment), ticket) for ticket, comment in pairs)
    return {child[1]: str(parent) for child, parent in found if child}


@dataclass
class _Sheets:
    """The lines of one batch, in the form of their tables."""

    positions: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)
    balances: list[str] = field(default_factory=list)
    months: set[str] = field(default_factory=set)


def copy_tickets(
    server_id: int, lines: Sequence[Fields], known: Owners, parents: dict[str, str], now: datetime
) -> Moved:
    """Copy tickets that are new to the mirror, whose owners are all known.

    `parents` holds what the comments of earlier batches told of partial closes; this batch's are
    added to it. A part of the caller's transaction.
    """
    sheets = _sheets(server_id, lines, known, parents, now)
    moves.ensure_months(sheets.months)
    return Moved(
        positions=copy_text(targets.POSITIONS, sheets.positions),
        deals=copy_text(targets.DEALS, sheets.deals),
        balances=copy_text(targets.BALANCE_RECORDS, sheets.balances),
    )


def _sheets(
    server_id: int, lines: Sequence[Fields], known: Owners, parents: dict[str, str], now: datetime
) -> _Sheets:
    sheets, base, written = _Sheets(), server_id * TICKETS_PER_SERVER, now.isoformat()
    _note_children(lines, parents)
    for (
        ticket, login, cmd, symbol, digits, volume, opened, opened_wall, open_price, stop, take,
        closed, closed_wall, close_price, expires, commission, swap, taxes, profit, rate, magic,
        comment, stamp,
    ) in lines:  # fmt: skip
        account, currency = known[login]
        key = f"{base + int(ticket)}\t{server_id}\t{account}\t{ticket}\t{cmd}\t"
        if cmd in _MONEY:
            sheets.balances.append(
                f"{key}{currency}\t{profit}\t{opened}\t{opened_wall}\t{expires}\t{comment}\t{stamp}"
                f"\t{written}\n"
            )
            continue
        parent = parents.get(ticket, NULL)
        if "from #" in comment and (named := rows.PARENT.search(comment)):
            parent = named[1]
        row = (
            f"{key}{symbol}\t{digits}\t{volume}\t{opened}\t{opened_wall}\t{open_price}\t{stop}"
            f"\t{take}\t{close_price}\t{expires}\t{currency}\t{commission}\t{swap}\t{taxes}"
            f"\t{profit}\t{rate}\t{magic}\t{comment}\t{parent}\t{stamp}\t{written}"
        )
        if _is_closed(closed):
            sheets.deals.append(f"{row}\t{closed}\t{closed_wall}\n")
            sheets.months.add(closed[:7])
        else:
            sheets.positions.append(row + "\n")
    return sheets


def _note_children(lines: Sequence[Fields], parents: dict[str, str]) -> None:
    """Note whose parents the tickets are that were closed in part."""
    for fields in lines:
        if "to #" in fields[_COMMENT] and _is_closed(fields[_CLOSED]):
            child = rows.CHILD.search(fields[_COMMENT])
            if child:
                parents[child[1]] = fields[0]


def _is_closed(closed: str) -> bool:
    """Return what `rows.is_closed` returns, from the text."""
    return closed != NULL and closed >= _FIRST


def write_accounts(
    server_id: int, lines: Sequence[Fields], now: datetime
) -> tuple[Written, frozenset[str]]:
    """Write accounts whose group is known; return also the names (escaped) of unknown groups."""
    groups = {
        name.replace("\\", "\\\\"): str(key)
        for name, key in Group.objects.filter(server_id=server_id).values_list("name", "id")
    }
    written, sheet, unknown = now.isoformat(), [], set()
    for (
        login, group, name, currency, leverage, balance, credit, enabled, read_only, email, phone,
        country, city, comment, agent, registered, registered_wall, before, stamp, *_,
    ) in lines:  # fmt: skip
        if group not in groups:
            unknown.add(group)
            continue
        sheet.append(
            f"{server_id}\t{login}\t{groups[group]}\t{name}\t{currency}\t{leverage}\t{balance}"
            f"\t{credit}\t{before}\t{enabled}\t{read_only}\t{email}\t{phone}\t{country}\t{city}"
            f"\t{comment}\t{agent}\t{registered}\t{registered_wall}\t{stamp}\tf\t{written}\n"
        )
    if _are_new_logins(server_id, lines):
        return copy_text(targets.ACCOUNTS, sheet), frozenset(unknown)
    return upsert_text(targets.ACCOUNTS, sheet), frozenset(unknown)


def _are_new_logins(server_id: int, lines: Sequence[Fields]) -> bool:
    span = _span(lines)
    ours = TradingAccount.objects.filter(server_id=server_id)
    return span is not None and not ours.filter(login__range=span).exists()


def _span(lines: Sequence[Fields]) -> tuple[int, int] | None:
    """Return the first and the last key of lines in rising order; None when they are in none."""
    keys = [int(fields[0]) for fields in lines]
    in_order = all(one < after for one, after in pairwise(keys))
    return (keys[0], keys[-1]) if keys and in_order else None

"""Many records at once: the fields of their lines go into COPY as they came, none is made a record.

What the lines are is told in trading/gateway/lines.py; their fields have the order of the classes
in `trading.terms`, and their texts are those of PostgreSQL's COPY. Where the mirror has none of
them they are copied straight into their tables, with every index and check in force; otherwise they
are compared with what stands there, as in moves.py. Every way writes the same rows (test_bulk.py).
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from django.db import connection

from trading.mirror import moves, rows, targets
from trading.mirror.copy import Written, copy_text, load_text, merge
from trading.mirror.moves import Moved, Sheets
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
_CMD, _COMMENT, _CLOSED = map(_TRADE.index, ("cmd", "comment", "closed_at"))
_FIRST = FIRST_CLOSING.strftime("%Y-%m-%d")


def owners(server_id: int, logins: Iterable[str]) -> Owners:
    """Return whose these logins are, as far as the mirror knows them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT login::text, id::text, currency FROM trading_tradingaccount"
            " WHERE server_id = %s AND login = ANY(%s::bigint[])",
            [server_id, f"{{{','.join(logins)}}}"],
        )
        return {login: (account, currency) for login, account, currency in cursor.fetchall()}


def links(server_id: int) -> dict[str, str]:
    """Return the parent of each ticket that the comment of a partial close in the mirror names."""
    closed = Deal.objects.filter(server_id=server_id, comment__contains="to #")
    pairs = closed.values_list("ticket", "comment").iterator()
    found = ((rows.CHILD.search(comment), ticket) for ticket, comment in pairs)
    return {child[1]: str(parent) for child, parent in found if child}


def write_tickets(
    server_id: int,
    lines: Sequence[Fields],
    known: Owners,
    parents: dict[str, str],
    now: datetime,
    *,
    at_market: bool = False,
) -> Moved:
    """Write tickets, whose owners are all known, where they belong; a part of a transaction.

    `parents` holds what the comments of earlier batches told of partial closes; this batch's are
    added to it. `at_market`: see moves.write_tickets.
    """
    lines = _in_order(lines)
    sheets = Sheets(
        children=_children(lines),
        months={fields[_CLOSED][:7] for fields in lines if _is_closed(fields[_CLOSED])},
    )
    for child, parent in sheets.children:
        parents.setdefault(str(child), str(parent))  # what was told first stands, as in moves.py
    deals = _deals(server_id, lines, known, parents, now, sheets)
    if not _are_new_tickets(server_id, lines):
        sheets.deals = list(deals)
        return moves.settle(server_id, sheets, load_text, at_market=at_market)
    moves.ensure_months(sheets.months)
    # PostgreSQL takes in the first closed trades while the next ones are made ready.
    return Moved(
        deals=copy_text(targets.DEALS, deals),
        positions=copy_text(targets.POSITIONS, sheets.positions),
        balances=copy_text(targets.BALANCE_RECORDS, sheets.balances),
    )


def _in_order(lines: Sequence[Fields]) -> Sequence[Fields]:
    """Return the lines by rising key; of several with one key the latest one."""
    keys = [int(fields[0]) for fields in lines]
    if all(one < after for one, after in pairwise(keys)):
        return lines
    latest = dict(zip(keys, lines, strict=True))
    return [latest[key] for key in sorted(latest)]


def _are_new_tickets(server_id: int, lines: Sequence[Fields]) -> bool:
    """Return whether the mirror has no ticket in the range of these."""
    if not lines:
        return False
    first, last = (server_id * TICKETS_PER_SERVER + int(lines[place][0]) for place in (0, -1))
    tables = (targets.POSITIONS.table, targets.DEALS.table, targets.BALANCE_RECORDS.table)
    there = [f"EXISTS (SELECT FROM {table} WHERE id BETWEEN %s AND %s)" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(there), [first, last] * len(tables))
        (known,) = cursor.fetchone()
    return not known


def _deals(
    server_id: int,
    lines: Sequence[Fields],
    known: Owners,
    parents: dict[str, str],
    now: datetime,
    sheets: Sheets,
) -> Iterator[str]:
    """Yield the closed trades in the form of their table, and put what is none to the sheets."""
    base, written = server_id * TICKETS_PER_SERVER, now.isoformat()
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
            yield f"{row}\t{closed}\t{closed_wall}\n"
        else:
            sheets.positions.append(row + "\n")


def _children(lines: Sequence[Fields]) -> list[tuple[int, int]]:
    """Return the rests of tickets that were closed in part, each with its parent."""
    return [
        (int(child[1]), int(fields[0]))
        for fields in lines
        if "to #" in fields[_COMMENT] and _is_closed(fields[_CLOSED]) and fields[_CMD] not in _MONEY
        if (child := rows.CHILD.search(fields[_COMMENT]))
    ]


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
    lines, written = _in_order(lines), now.isoformat()
    sheet, unknown = [], set()
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
    return merge(targets.ACCOUNTS, load_text(targets.ACCOUNTS, sheet)), frozenset(unknown)


def _are_new_logins(server_id: int, lines: Sequence[Fields]) -> bool:
    if not lines:
        return False
    span = int(lines[0][0]), int(lines[-1][0])
    return not TradingAccount.objects.filter(server_id=server_id, login__range=span).exists()

"""Compares a server with its mirror, and looks again at whatever differs.

The server lives while it is read, and the mirror follows it by seconds. So what differs is asked
for again on both sides, until it agrees or the change behind it is too old to be still on its way.
"""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from trading.actions import sync_passes
from trading.actions.verification import asking
from trading.actions.verification.asking import Case
from trading.mirror.verification import judging, merging, ours
from trading.mirror.verification.differences import Difference, Kind, Tally
from trading.mirror.verification.judging import Book
from trading.mirror.verification.ours import Row
from trading.mirror.verification.reading import with_record
from trading.mirror.verification.tables import ACCOUNTS, DEALS, GROUP_FIELDS, SYMBOL_FIELDS
from trading.terms import AccountRecord, TradeRecord

SYMBOLS, GROUPS = "symbols", "groups"
LOOK_EVERY_SECONDS = 1.0


def compare(case: Case, *, patience_seconds: int) -> tuple[Tally, Book]:
    """Return what differs for good, and the logins; what changes meanwhile has so long to arrive.

    OutOfOrder when the server's pages are not in the order of their keys.
    """
    tally = Tally()
    tally.found += _settings(case, tally)
    book = merging.compare_accounts(case.server_id, asking.every(case.gateway.accounts), tally)
    merging.compare_tickets(
        case.server_id,
        asking.every(case.gateway.trades),
        book,
        tally,
        judged=case.judged(),
        now=case.now,
    )
    if tally.found:
        tally.found = _confirmed(case, book, tally.found, patience_seconds)
    return tally, book


def again(case: Case, book: Book, found: Iterable[Difference]) -> list[Difference]:
    """Return which of the differences are still there, both sides read anew."""
    ones = list(found)
    settings = _settings(case, Tally()) if any(_is_setting(one) for one in ones) else []
    accounts = [one for one in ones if one.table == ACCOUNTS.name]
    tickets = [one for one in ones if not _is_setting(one) and one.table != ACCOUNTS.name]
    return [
        *settings,
        *(_accounts_again(case, book, accounts) if accounts else ()),
        *(_tickets_again(case, book, tickets) if tickets else ()),
    ]


def _confirmed(
    case: Case, book: Book, found: list[Difference], patience_seconds: int
) -> list[Difference]:
    until = time.monotonic() + patience_seconds
    while True:
        found = again(case, book, found)
        if time.monotonic() >= until or not _on_its_way(case, found, patience_seconds):
            return found
        time.sleep(LOOK_EVERY_SECONDS)


def _on_its_way(case: Case, found: list[Difference], patience_seconds: int) -> bool:
    """Return whether one of the differences may be a change that the mirror has yet to take."""
    if not found:
        return False
    wall = sync_passes.wall_stamp(case.gateway.server_info().server_time)
    if any(one.stamp > wall - patience_seconds for one in found):
        return True
    gone = any(one.record is None for one in found)
    return gone and case.is_mirrored(timedelta(seconds=patience_seconds))


def _is_setting(one: Difference) -> bool:
    return one.table in (SYMBOLS, GROUPS)


def _settings(case: Case, tally: Tally) -> list[Difference]:
    """Compare contracts and groups; a source that knows no settings is asked for names only."""
    found = []
    symbols = {one.name: one for one in case.gateway.symbols()}
    groups = {one.name: one for one in case.gateway.groups()}
    told: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], Iterable[str]]] = {
        SYMBOLS: (symbols, ours.symbols(case.server_id), SYMBOL_FIELDS),
        GROUPS: (groups, ours.groups(case.server_id), GROUP_FIELDS),
    }
    for table, (theirs, mine, fields) in told.items():
        tally.theirs[table], tally.ours[table] = len(theirs), len(mine)
        tally.kept[table] = len(mine.keys() - theirs.keys())
        found += judging.settings(table, theirs, mine, fields if case.knows_settings else ())
    return found


def _accounts_again(case: Case, book: Book, found: list[Difference]) -> list[Difference]:
    wanted = {one.login for one in found}
    told = asking.every(case.gateway.accounts)
    theirs = {one.login: one for one in told if one.login in wanted}
    mine = dict(ours.accounts(case.server_id, wanted))
    book.logins |= {values[0]: login for login, values in mine.items()}
    book.currencies |= {login: one.currency for login, one in theirs.items()}
    present = sorted(login for login in wanted if login in theirs or login in mine)
    left = [judging.account(theirs.get(login), login, mine.get(login)) for login in present]
    return [one for one in (with_record(found, AccountRecord) for found in left) if one]


def _tickets_again(case: Case, book: Book, found: list[Difference]) -> list[Difference]:
    mine = ours.tickets_among(case.server_id, [int(one.key) for one in found])
    logins = {one.login for one in found}
    book.logins |= {row[0]: login for login, row in ours.accounts(case.server_id, logins)}
    theirs = asking.tickets_now(case, found, _earliest(found, mine))
    judged, left = case.judged(), []
    for one in found:
        key = int(one.key)
        rows, record = mine[key], theirs.get(key)
        if record is not None:
            parent = one.parent or _known_parent(case, book, key, rows, theirs)
            left.append(judged(judging.ticket(record, rows, book, parent)))
        elif rows:
            left.append(
                Difference(kind=Kind.EXTRA, table=rows[0][0].name, key=key, login=one.login)
            )
    return [one for one in left if one is not None]


def _earliest(found: list[Difference], mine: dict[int, list[Row]]) -> dict[int, datetime]:
    """Return the earliest moment that either side names of each ticket."""
    moments: dict[int, datetime] = {}
    for one in found:
        known = [one.record.opened_at] if one.record is not None else []
        for table, _, values in mine[int(one.key)]:
            columns = ("opened_at", "recorded_at", "closed_at")
            known += [values[table.columns.index(c)] for c in columns if c in table.columns]
        if known:
            moments[int(one.key)] = min(known)
    return moments


def _known_parent(
    case: Case, book: Book, ticket: int, rows: list[Row], theirs: Mapping[int, TradeRecord]
) -> int | None:
    """Return the parent of a ticket as we keep it, where either side's row of it bears it out.

    The server may have forgotten: a later partial close overwrites the comment, archives take the
    parent away. The rest of a partial close, and of a close by an opposite ticket, keeps account
    and symbol of the ticket that its comment named. Where our row of the parent is itself wrong,
    what the server says of it counts.
    """
    for table, account_id, values in rows:
        if "parent_ticket" not in table.columns:
            continue
        parent = values[table.columns.index("parent_ticket")]
        if parent is None or parent >= ticket:
            continue  # the rest has a later number than what it is the rest of
        place = (account_id, values[table.columns.index("symbol")])
        told = theirs.get(parent)
        if told is not None and not told.is_open:
            login = book.logins.get(account_id)
            if (login, place[1]) == (told.login, told.symbol):
                return int(parent)
        for its_table, owner, its in ours.tickets_among(case.server_id, [parent])[parent]:
            if its_table is DEALS and (owner, its[DEALS.columns.index("symbol")]) == place:
                return int(parent)
    return None

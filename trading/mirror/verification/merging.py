"""Walks both sides at once in the order of their keys; memory stays bounded however long they are.

A closed ticket that only we have was archived by the server, or it should not be there: archives
take the oldest first, and nothing that was closed within a week (docs/metatrader.md, Archiving). So
it is a difference when it is young, or when the server still holds an older one of its account.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from trading.mirror import rows
from trading.mirror.verification import judging, ours
from trading.mirror.verification.differences import Difference, Kind, Tally
from trading.mirror.verification.judging import Book
from trading.mirror.verification.ours import Row
from trading.mirror.verification.reading import with_record
from trading.mirror.verification.tables import ACCOUNTS, DEALS, POSITIONS, TICKETS
from trading.terms import AccountRecord, TradeRecord

T = TypeVar("T")
Judged = Callable[[Difference | None], Difference | None]

#: Nothing younger than this is archived.
ARCHIVED_AFTER = timedelta(days=7)
MOST_HELD = 100_000


class OutOfOrder(Exception):
    """The server's pages do not come in the order of their keys; one sentence."""


def compare_accounts(server_id: int, theirs: Iterable[AccountRecord], tally: Tally) -> Book:
    """Compare every account; return what the tickets' turn needs to know of them."""
    book = Book()
    answered = _ascending(theirs, "login")
    for login, record, mine in _side_by_side(answered, ours.accounts(server_id)):
        if record is not None:
            tally.theirs[ACCOUNTS.name] += 1
            book.currencies[login] = record.currency
        if mine is not None:
            tally.ours[ACCOUNTS.name] += 1
            book.logins[mine[0]] = login
        difference = with_record(judging.account(record, login, mine), AccountRecord)
        if difference is None and record is None:
            tally.kept[ACCOUNTS.name] += 1
        tally.add(difference)
    return book


def compare_tickets(
    server_id: int,
    theirs: Iterable[TradeRecord],
    book: Book,
    tally: Tally,
    *,
    judged: Judged,
    now: datetime,
) -> None:
    """Compare every ticket of every kind; `judged` says what of an open one can be judged."""
    known, archive, parents = book.known, _Archive(book, now), dict[int, int]()
    answered = _ascending(theirs, "ticket")
    for key, record, found in _side_by_side(answered, _our_tickets(server_id, tally)):
        if record is None:
            archive.only_ours(key, found or [], tally)
            continue
        place = judging.place_of(record)
        tally.theirs[place.name] += 1
        child = rows.child_of(record) if place is DEALS else None
        if child is not None and child > key:
            parents[child] = key
        if place is not POSITIONS:
            archive.still_there(record)
        if not found and record.login not in known and record.login not in book.currencies:
            tally.orphans += 1
            continue
        difference = judging.ticket(record, found or [], book, parents.pop(key, None))
        left = judged(with_record(difference, TradeRecord))
        tally.moving += difference is not None and left is None
        tally.add(left)
    archive.settle(tally)


def _our_tickets(server_id: int, tally: Tally) -> Iterator[tuple[int, list[Row]]]:
    tables = [ours.tickets(server_id, table) for table in TICKETS]
    merged = heapq.merge(*tables, key=itemgetter(0))
    for ticket, group in groupby(merged, key=itemgetter(0)):
        found = [row for _, row in group]
        for table, _, _ in found:
            tally.ours[table.name] += 1
        yield ticket, found


def _ascending(records: Iterable[Any], key: str) -> Iterator[tuple[int, Any]]:
    """Yield records with their keys; OutOfOrder when a key does not follow the one before."""
    last = 0
    for record in records:
        number = getattr(record, key)
        if number <= last:
            raise OutOfOrder(f"The server's pages are out of order: {key} {number} after {last}.")
        last = number
        yield number, record


def _side_by_side(
    theirs: Iterator[tuple[int, Any]], mine: Iterator[tuple[int, T]]
) -> Iterator[tuple[int, Any, T | None]]:
    """Yield each key once, with what either side has under it."""
    left, right = next(theirs, None), next(mine, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None  # noqa: S101 - for the type checker: one of the two is there
            yield left[0], left[1], None
            left = next(theirs, None)
        elif left is None or right[0] < left[0]:
            yield right[0], None, right[1]
            right = next(mine, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(theirs, None), next(mine, None)


class _Archive:
    """Tells what the server archived from what should not be with us."""

    def __init__(self, book: Book, now: datetime) -> None:
        self._book = book
        self._young = now - ARCHIVED_AFTER
        self._oldest: dict[int, datetime] = {}
        self._waiting: list[tuple[int, int, datetime, str]] = []

    def still_there(self, record: TradeRecord) -> None:
        """Note that the server still holds this closed ticket."""
        closed = record.closed_at or record.opened_at
        oldest = self._oldest.get(record.login)
        if oldest is None or closed < oldest:
            self._oldest[record.login] = closed

    def only_ours(self, ticket: int, found: list[Row], tally: Tally) -> None:
        """Judge rows that the server lacks, as far as that can be done before the end."""
        for table, account_id, values in found:
            login = self._book.logins.get(account_id, 0)
            extra = Difference(kind=Kind.EXTRA, table=table.name, key=ticket, login=login)
            if table is POSITIONS:
                tally.add(extra)
                continue
            column = "closed_at" if table is DEALS else "recorded_at"
            closed = values[table.columns.index(column)]
            if login not in self._book.currencies:
                tally.kept[table.name] += 1  # the whole account left the server
            elif closed > self._young or len(found) > 1:
                tally.add(extra)
            elif len(self._waiting) < MOST_HELD:
                self._waiting.append((ticket, login, closed, table.name))
            else:
                tally.kept[table.name] += 1

    def settle(self, tally: Tally) -> None:
        """Judge the rest, now that every closed ticket of the server was seen."""
        for ticket, login, closed, table in self._waiting:
            oldest = self._oldest.get(login)
            if oldest is not None and oldest < closed:
                tally.add(Difference(kind=Kind.EXTRA, table=table, key=ticket, login=login))
            else:
                tally.kept[table] += 1

"""Judges one row: what the server says of a key against what stands under it with us."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trading.mirror import rows
from trading.mirror.verification.differences import Change, Difference, Kind
from trading.mirror.verification.ours import Row, Values
from trading.mirror.verification.tables import (
    ACCOUNTS,
    BALANCES,
    DEALS,
    POSITIONS,
    Table,
)
from trading.terms import AccountRecord, TradeRecord

#: What the market moves on an open ticket, and what moves with it on the server alone.
AT_MARKET = ("close_price", "profit")


@dataclass(slots=True)
class Book:
    """What is known of the logins: currencies by login as the server says, logins by our key."""

    currencies: dict[int, str] = field(default_factory=dict)
    logins: dict[int, int] = field(default_factory=dict)

    @property
    def known(self) -> frozenset[int]:
        """Return the logins that stand in our accounts."""
        return frozenset(self.logins.values())


def place_of(record: TradeRecord) -> Table:
    """Return the table in which a ticket belongs."""
    if record.cmd.is_balance:
        return BALANCES
    return DEALS if rows.is_closed(record) else POSITIONS


def account(record: AccountRecord | None, login: int, ours: Values | None) -> Difference | None:
    """Return how an account differs. One that we know as gone from the server may be missing."""
    if ours is None:
        return Difference(
            kind=Kind.MISSING, table=ACCOUNTS.name, key=login, record=record, login=login
        )
    values = ours[1:]
    if record is None:
        if values[-1]:
            return None
        return Difference(kind=Kind.EXTRA, table=ACCOUNTS.name, key=login, login=login)
    changes = _changes(ACCOUNTS, values, (*ACCOUNTS.theirs(record), False))
    return _field_difference(ACCOUNTS, login, changes, record, login)


def ticket(
    record: TradeRecord, found: Sequence[Row], book: Book, parent: int | None
) -> Difference | None:
    """Return how a ticket of the server differs; `parent` is what another ticket says of it."""
    table = place_of(record)
    parent = rows.parent_of(record) or parent
    told: dict[str, Any] = {"record": record, "parent": parent, "login": record.login}
    if not found:
        return Difference(kind=Kind.MISSING, table=table.name, key=record.ticket, **told)
    if len(found) > 1 or found[0][0] is not table:
        places = ", ".join(row[0].name for row in found)
        told["changes"] = (Change("place", places, table.name),)
        return Difference(kind=Kind.PLACE, table=table.name, key=record.ticket, **told)
    _, account_id, values = found[0]
    currency = book.currencies.get(record.login, values[table.columns.index("currency")])
    derived = (currency,) if table is BALANCES else (currency, parent)
    theirs = (*table.theirs(record), *derived)
    if values == theirs and book.logins.get(account_id) == record.login:
        return None
    changes = _changes(table, values, theirs)
    login = book.logins.get(account_id)
    if login != record.login:
        changes += (Change("login", login, record.login),)
    return _field_difference(table, record.ticket, changes, record, record.login, parent)


def _field_difference(
    table: Table,
    key: int,
    changes: tuple[Change, ...],
    record: Any,
    login: int,
    parent: int | None = None,
) -> Difference | None:
    if not changes:
        return None
    return Difference(
        kind=Kind.FIELD,
        table=table.name,
        key=key,
        changes=changes,
        record=record,
        parent=parent,
        login=login,
    )


def _changes(table: Table, ours: Values, theirs: Values) -> tuple[Change, ...]:
    if ours == theirs:
        return ()
    pairs = zip(table.columns, ours, theirs, strict=True)
    return tuple(Change(column, mine, its) for column, mine, its in pairs if mine != its)


def at_market(
    difference: Difference | None, *, stands_still: bool, full_stamp: int
) -> Difference | None:
    """Take out of judgement what our last full reading could not know of an open ticket.

    The market moves its price and profit; a change that alters nothing else moves its stamp.
    `stands_still`: no quote is newer than that reading, whose wall clock stamp is `full_stamp`.
    """
    if difference is None or difference.table != POSITIONS.name:
        return difference
    passed_over: tuple[str, ...] = () if stands_still else AT_MARKET
    if difference.stamp > full_stamp:
        passed_over += ("changed_stamp",)
    return difference.without(*passed_over)


def settings(
    table: str, theirs: Mapping[str, Any], ours: Mapping[str, Any], fields: Iterable[str]
) -> list[Difference]:
    """Return how contracts or groups differ in these fields; what the server dropped stays with us.

    Without fields only the names are compared: the source does not tell how they are set.
    """
    kept = tuple(fields)
    found = []
    for name, spec in theirs.items():
        mine = ours.get(name)
        if mine is None:
            found.append(Difference(kind=Kind.MISSING, table=table, key=name, record=spec))
            continue
        changes = tuple(
            Change(one, getattr(mine, one), getattr(spec, one))
            for one in kept
            if getattr(mine, one) != getattr(spec, one)
        )
        if changes:
            told: Any = {"table": table, "key": name, "changes": changes, "record": spec}
            found.append(Difference(kind=Kind.FIELD, **told))
    return found

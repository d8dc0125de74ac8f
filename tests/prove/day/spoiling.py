"""The program that falsifies a mirror: in every table one value of every class of field, and rows.

    python -m tests.prove.day.spoiling spoil SEED       prints what it did, as JSON
    python -m tests.prove.day.spoiling clear < JSON     takes out the rows that it invented

It works past every path of the product: as PostgreSQL's superuser, with triggers and foreign keys
out of force, in one transaction. Code 3 when somebody else holds the rows.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.db import OperationalError, connection, models, transaction

from backoffice.core.clock import now
from tests.prove.day.spoilt import BUSY, EXTRA, MISSING, PLACE, Wrong
from trading.mirror.verification.tables import (
    ACCOUNTS,
    BALANCES,
    DEALS,
    GROUP_FIELDS,
    POSITIONS,
    SYMBOL_FIELDS,
    Table,
)
from trading.models import Group, Position, Server, ServerChange, Symbol, TradingAccount
from trading.models.ticket import ticket_key

OLDEST = timedelta(days=20)  # nothing younger is archived
LEAST_ROWS = 12  # one a class, and those that are lost, invented, doubled
INVENTED = 2_000_000_000  # tickets and logins that no server of a proof gives
CLASSES: tuple[tuple[Any, str], ...] = (
    (models.BooleanField, "flag"),
    (models.DateTimeField, "moment"),
    (models.DecimalField, "amount"),
    (models.ForeignKey, "link"),
    (models.JSONField, "list"),
    (models.CharField, "text"),
    (models.IntegerField, "number"),
)
OWN_CLASS = {"cmd": "command", "currency": "currency", "parent_ticket": "link"}
#: Of an open ticket's stamp the comparison does not judge what may be on its way.
NOT_JUDGED = {(POSITIONS.name, "changed_stamp")}


def class_of(model: Any, column: str) -> str:
    """The class of a column: what kind of value stands in it."""
    if column in OWN_CLASS and model not in (Symbol, Group):
        return OWN_CLASS[column]
    kind = model._meta.get_field(column)
    return next(name for one, name in CLASSES if isinstance(kind, one))


def by_class(table: str, model: Any, columns: tuple[str, ...]) -> dict[str, list[str]]:
    """The compared columns of a table by their class."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for column in columns:
        if (table, column) not in NOT_JUDGED:
            found[class_of(model, column)].append(column)
    return dict(found)


class Spoiler:
    """Writes one wrong value a class into rows of their own, then rows that are wrong as such."""

    def __init__(self, server: Server, seed: str) -> None:
        self._server = server
        self._chance = random.Random(seed)

    def spoil(self) -> Iterator[Wrong]:
        """Falsify the mirror of the server; yield what is wrong now."""
        for table in (POSITIONS, DEALS, BALANCES):
            yield from self._tickets(table)
        yield from self._accounts()
        for name, model, fields in (
            ("symbols", Symbol, SYMBOL_FIELDS),
            ("groups", Group, GROUP_FIELDS),
        ):
            rows = self._shuffled(model.objects.filter(server=self._server))
            lost = rows.pop()
            for kind, columns in by_class(name, model, fields).items():
                row, column = self._chance.choice(rows), self._chance.choice(columns)
                self._write(row, column, self._setting(kind, getattr(row, column)))
                yield name, row.name, column
            if model is Symbol:  # accounts stand in every group
                model.objects.filter(pk=lost.pk).delete()
                yield name, lost.name, MISSING

    def _tickets(self, table: Table) -> Iterator[Wrong]:
        rows = self._shuffled(
            table.model._default_manager.filter(
                server=self._server, account__closed_on_server=False
            ).filter(**{f"{_moment(table)}__gt": now() - OLDEST})
        )
        if len(rows) < LEAST_ROWS:
            raise SystemExit(f"{len(rows)} {table.name} are too few to falsify")
        for kind, columns in by_class(table.name, table.model, table.columns).items():
            row, column = rows.pop(), self._chance.choice(columns)
            self._write(row, column, self._other(table, kind, column, getattr(row, column)))
            yield table.name, str(row.ticket), column
        row = rows.pop()
        others = TradingAccount.objects.filter(server=self._server, currency=row.currency)
        self._write(row, "account_id", others.exclude(pk=row.account_id)[0].pk)
        yield table.name, str(row.ticket), "login"
        row = rows.pop()
        table.model._default_manager.filter(pk=row.pk).delete()
        yield table.name, str(row.ticket), MISSING
        yield table.name, str(self._invent(rows.pop(), table)), EXTRA
        if table is DEALS:
            row = rows.pop()
            values = {one.attname: getattr(row, one.attname) for one in Position._meta.fields}
            Position.objects.create(**values)
            yield table.name, str(row.ticket), PLACE

    def _invent(self, row: Any, table: Table) -> int:
        row.ticket = INVENTED + self._chance.randrange(10_000)
        row.pk = ticket_key(self._server.pk, row.ticket)
        setattr(row, "recorded_at" if table is BALANCES else _moment(table), now())
        row.save(force_insert=True)
        return int(row.ticket)

    def _accounts(self) -> Iterator[Wrong]:
        there = TradingAccount.objects.filter(server=self._server, closed_on_server=False)
        rows = self._shuffled(there)
        for kind, columns in by_class(ACCOUNTS.name, TradingAccount, ACCOUNTS.columns).items():
            row, column = rows.pop(), self._chance.choice(columns)
            value = getattr(row, column)
            if column == "group_id":
                others = Group.objects.filter(server=self._server).exclude(pk=value)
                self._write(row, column, others[0].pk)
            else:
                self._write(row, column, self._other(ACCOUNTS, kind, column, value))
            yield ACCOUNTS.name, str(row.login), column
        row = rows.pop()
        row.pk, row.login = None, INVENTED + self._chance.randrange(10_000)
        row.save(force_insert=True)
        yield ACCOUNTS.name, str(row.login), EXTRA

    def _shuffled(self, rows: Any) -> list[Any]:
        found = list(rows.order_by("pk"))
        self._chance.shuffle(found)
        return found

    def _write(self, row: Any, column: str, value: Any) -> None:
        told = type(row)._default_manager.filter(pk=row.pk).update(**{column: value})
        if told != 1:
            raise SystemExit(f"{row!r}: {told} rows")

    def _other(self, table: Table, kind: str, column: str, value: Any) -> Any:
        """Another value that the column's type and checks allow."""
        if kind == "command":
            return {6: 7, 7: 6}[value] if table is BALANCES else (value + 1) % 6
        if kind == "currency":
            return "EUR" if value != "EUR" else "USD"
        if kind == "link":
            return 1 if value != 1 else 2  # the rest of a ticket that never was
        if kind == "moment":
            return (value or _now_like(table, column)) + timedelta(minutes=7)
        return self._setting(kind, value) if kind in ("flag", "text") else value + 1

    def _setting(self, kind: str, value: Any) -> Any:
        if kind == "flag":
            return not value
        if kind == "list":
            return [*value, "NOTHING"]
        if kind == "text":
            return "x" if value != "x" else "y"
        return 1 if value != 1 else 2  # modes are few numbers, digits and factors have limits


def _moment(table: Table) -> str:
    return {POSITIONS.name: "opened_at", DEALS.name: "closed_at"}.get(table.name, "recorded_at")


def _now_like(table: Table, column: str) -> datetime:
    """The present in the form of a column: without a zone where a wall clock stands."""
    naive = column.endswith("server_time")
    return now().replace(tzinfo=None) if naive else now()


def clear(wrong: list[Wrong]) -> None:
    """Take out what was invented among closed rows and accounts: no machine of ours removes it.

    Of an invented account the house may have noted meanwhile that it left the server.
    """
    models_of = {DEALS.name: DEALS, BALANCES.name: BALANCES, ACCOUNTS.name: ACCOUNTS}
    for name, key, what in wrong:
        if what == EXTRA and name in models_of:
            table = models_of[name]
            rows = table.model._default_manager.filter(**{table.key: key})
            if table is ACCOUNTS:
                ServerChange.objects.filter(account__in=rows).delete()
            rows.delete()


def main() -> None:
    """Falsify, or take out what was invented."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL lock_timeout = '3s'")
        if sys.argv[1] == "clear":
            clear(json.load(sys.stdin))
            return
        spoiler = Spoiler(Server.objects.get(is_active=True), sys.argv[2])
        told = list(spoiler.spoil())
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    try:
        main()
    except OperationalError as busy:
        sys.stderr.write(f"{busy}\n")
        sys.exit(BUSY)

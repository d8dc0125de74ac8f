"""Rows written by SQL that Django's fields fill and that is put together once a model.

For paths on which time counts; `save()` asks Django's compiler each time. A row is written as it
stands: models with a `save()` of their own, or with columns that PostgreSQL fills, do not fit.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model

from backoffice.core.compiled.sending import ask, tell

PLAIN = frozenset({str, int, bool, Decimal, UUID, datetime})

Row = TypeVar("Row", bound=Model)


def add(row: Row) -> Row:
    """Insert a new row and return it, its number set."""
    numbered = row.pk is not None
    ((row.pk,),) = ask(_insert(type(row), 1, numbered), _values(row, numbered=numbered))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def add_all(rows: Sequence[Model]) -> None:
    """Insert new rows of one model in one statement; their numbers are not read back."""
    if not rows:
        return
    values = [value for row in rows for value in _values(row, numbered=False)]
    tell(_insert(type(rows[0]), len(rows), False), values)


def change(row: Model, *names: str) -> None:
    """Write these fields of a row that is there; the model's DoesNotExist when it is not."""
    fields = _named(type(row), names)
    values = [_value(field, row) for field in fields]
    if tell(_update(type(row), names), [*values, row.pk]) != 1:
        gone: Any = type(row)
        raise gone.DoesNotExist(f"{row!r} is not there to be changed")


def _values(row: Model, *, numbered: bool) -> list[Any]:
    return [_value(field, row) for field in _fields(type(row), numbered)]


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    value = getattr(row, field.attname)
    if value is None or type(value) in PLAIN:
        return value  # the driver takes it as it is
    return field.get_db_prep_save(value, connection)


@cache
def _fields(model: type[Model], numbered: bool) -> tuple["Field[Any, Any]", ...]:
    fields = model._meta.concrete_fields
    if model.save is not Model.save or any(one.generated or one.has_db_default() for one in fields):
        raise TypeError(f"{model.__name__} is written by save() only")
    return tuple(one for one in fields if numbered or not one.primary_key)


@cache
def _named(model: type[Model], names: tuple[str, ...]) -> tuple["Field[Any, Any]", ...]:
    by_name = {one.name: one for one in _fields(model, numbered=True)}
    return tuple(by_name[name] for name in names)


@cache
def _insert(model: type[Model], rows: int, numbered: bool) -> str:
    fields = _fields(model, numbered)
    columns = ", ".join(_quoted(one.column) for one in fields)
    places = ", ".join(["%s"] * len(fields))
    values = ", ".join([f"({places})"] * rows)
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    return f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING {key}"  # noqa: S608


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_quoted(one.column)} = %s" for one in _named(model, names))
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    return f"UPDATE {table} SET {sets} WHERE {key} = %s"  # noqa: S608


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")

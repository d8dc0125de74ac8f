"""Rows written by SQL that Django's fields fill and that is put together once a model.

For paths on which time counts; `save()` asks Django's compiler each time. A row is written as it
stands: models with a `save()` of their own do not fit. Columns that PostgreSQL fills (`db_default`)
are left to it when nothing was given, and read back by `add`.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from backoffice.core.compiled.sending import ask, tell

PLAIN = frozenset({str, int, bool, Decimal, UUID, datetime})

Row = TypeVar("Row", bound=Model)


def add(row: Row) -> Row:
    """Insert a new row and return it, its number and what PostgreSQL filled set."""
    numbered = row.pk is not None
    filled = _filled(type(row))
    if not filled:
        ((row.pk,),) = ask(_insert(type(row), 1, numbered), _values(row, numbered=numbered))
    else:
        _add_filled(row, filled)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def _add_filled(row: Model, filled: tuple["Field[Any, Any]", ...]) -> None:
    left = tuple(
        one.attname for one in filled if isinstance(getattr(row, one.attname), DatabaseDefault)
    )
    fields = [one for one in _given(type(row), row.pk is not None) if one.attname not in left]
    sql = _insert_filled(type(row), row.pk is not None, left)
    ((row.pk, *told),) = ask(sql, [_value(field, row) for field in fields])
    for field, value in zip(filled, told, strict=True):
        convert: Any = getattr(field, "from_db_value", None)
        back = value if convert is None else convert(value, None, connection)
        setattr(row, field.attname, back)


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
def _filled(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    """Return the columns that PostgreSQL fills when nothing is given."""
    return tuple(one for one in model._meta.concrete_fields if one.has_db_default())


@cache
def _fields(model: type[Model], numbered: bool) -> tuple["Field[Any, Any]", ...]:
    if _filled(model):
        raise TypeError(f"{model.__name__} is written by save() or add() only")
    return _given(model, numbered)


@cache
def _given(model: type[Model], numbered: bool) -> tuple["Field[Any, Any]", ...]:
    fields = model._meta.concrete_fields
    if model.save is not Model.save or any(one.generated for one in fields):
        raise TypeError(f"{model.__name__} is written by save() only")
    return tuple(one for one in fields if numbered or not one.primary_key)


@cache
def _insert_filled(model: type[Model], numbered: bool, left: tuple[str, ...]) -> str:
    fields = [one for one in _given(model, numbered) if one.attname not in left]
    columns = ", ".join(_quoted(one.column) for one in fields)
    places = ", ".join(["%s"] * len(fields))
    back = ", ".join(_quoted(one.column) for one in (model._meta.pk, *_filled(model)))
    table = _quoted(model._meta.db_table)
    return f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {back}"  # noqa: S608


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

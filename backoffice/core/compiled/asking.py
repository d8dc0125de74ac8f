"""A question to the database whose SQL Django writes once; after that only its values change.

Django puts a queryset into SQL anew each time it is asked, which costs several times what sending
it does. Everything else stays Django's: its SQL, its converters, its instances.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from backoffice.core.compiled.instances import maker_of
from backoffice.core.compiled.sending import ask
from backoffice.core.errors import NoTransaction

Row = TypeVar("Row", bound=Model)

# Values that nobody means: they stand in the SQL where the asked ones will be.
_PLACES: dict[type, Callable[[int], object]] = {
    int: lambda place: 2_000_000_011 + place,
    str: lambda place: f"\x02place {place}\x03",
    UUID: lambda place: UUID(int=2**127 + place),
    datetime: lambda place: datetime(1901, 1, 1, 0, 0, place, tzinfo=UTC),
}


@dataclass(frozen=True, slots=True)
class _Written:
    """The SQL of a question, and how a row of its answer becomes an instance."""

    sql: str
    parameters: tuple[object, ...]
    places: dict[int, int]  # position among the parameters → which of the asked values
    locks: bool
    make: Any  # of the model, with Django's own `from_db`
    names: list[str]
    fields: slice
    related: list[Any]
    annotations: dict[str, int]
    converters: dict[int, tuple[list[Any], Any]]


class Question(Generic[Row]):
    """A queryset with places for values, each of a kind: int, str, UUID or datetime.

    `build` is called once, with a stand-in for each value. It may join (`select_related`),
    annotate, order, limit and lock; no `values()`, no prefetch, and no list as a value.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], *kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._written: _Written | None = None
        self._model: type[Model] = Model

    def all(self, *values: object) -> list[Row]:
        """Return every row; NoTransaction when it locks and no transaction is open."""
        written = self._written
        if written is None:
            written = self._written = self._write()
        if written.locks and not connection.in_atomic_block:
            raise NoTransaction("Rows are locked until a transaction ends: open one")
        parameters: list[Any] = list(written.parameters)
        for position, which in written.places.items():
            parameters[position] = _plain(values[which])
        return [_instance(written, row) for row in ask(written.sql, parameters)]

    def first(self, *values: object) -> Row | None:
        """Return the first row, or None."""
        return next(iter(self.all(*values)), None)

    def one(self, *values: object) -> Row:
        """Return the one row; the model's DoesNotExist when there is none."""
        rows = self.all(*values)
        if not rows:
            model: Any = self._model
            raise model.DoesNotExist(f"{model.__name__} matching query does not exist.")
        return rows[0]

    def _write(self) -> _Written:
        stand_ins = [_PLACES[kind](place) for place, kind in enumerate(self._kinds)]
        queryset = self._build(*stand_ins)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        places = {
            position: stand_ins.index(value)
            for position, value in enumerate(parameters)
            if value in stand_ins
        }
        if set(places.values()) != set(range(len(stand_ins))):
            raise ValueError("A value of the question does not stand in its SQL")
        info = compiler.klass_info
        self._model = info["model"]
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        return _Written(
            sql=sql,
            parameters=tuple(parameters),
            places=places,
            locks=bool(queryset.query.select_for_update),
            make=maker_of(info["model"]),
            names=[one[0].target.attname for one in compiler.select[start:end]],
            fields=slice(start, end),
            related=_populators(info, compiler.select),
            annotations=dict(compiler.annotation_col_map or {}),
            converters=compiler.get_converters([one[0] for one in compiler.select]),
        )


def _populators(info: Any, select: Any) -> list[Any]:
    """Return Django's own hands for joined rows, making them as ours are made."""
    found: list[Any] = get_related_populators(  # type: ignore[call-arg]
        info, select, DEFAULT_DB_ALIAS
    )
    waiting = list(found)
    while waiting:
        one = waiting.pop()
        one.model_cls = maker_of(one.model_cls)
        waiting += one.related_populators
    return found


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value  # a StrEnum is its text


def _instance(written: _Written, row: Sequence[Any]) -> Any:
    if written.converters:
        row = list(row)
        for position, (converters, expression) in written.converters.items():
            for convert in converters:
                row[position] = convert(row[position], expression, connection)
    made = written.make.from_db(DEFAULT_DB_ALIAS, written.names, row[written.fields])
    for one in written.related:
        one.populate(row, made)
    for name, position in written.annotations.items():
        setattr(made, name, row[position])
    return made

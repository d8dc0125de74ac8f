"""Many records of one kind as lines of text: how pages of accounts and trades travel.

A line is one record: its fields in their order, between tabs, ended by a line feed; NULL is `\\N`,
and a backslash, tab, line feed or carriage return inside a text is escaped by a backslash. That is
PostgreSQL's own text form of COPY, so the mirror can copy what it received without building a
record of each line. Numbers, money and moments are written as everywhere on the wire (texts.py).
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints, overload

from trading.gateway import texts
from trading.gateway.errors import BadMessage

T = TypeVar("T")

NULL = r"\N"
Fields = tuple[str, ...]

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}
_TEXT = r"[^\\\t\n\r]*(?:\\[\\tnr][^\\\t\n\r]*)*"


@dataclass(frozen=True, slots=True)
class _Form:
    """How one field stands in a line: its pattern, and both ways."""

    pattern: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def escape(text: str) -> str:
    """Return a text as it stands in a line."""
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def unescape(text: str) -> str:
    """Return what a text in a line means."""
    return _ESCAPED.sub(lambda found: _MEANT[found[1]], text) if "\\" in text else text


def _exactly(kind: type, write: Callable[[Any], str]) -> Callable[[Any], str]:
    def checked(value: Any) -> str:
        if type(value) is not kind:
            raise BadMessage(f"A field to send is {type(value).__name__}, not {kind.__name__}.")
        return write(value)

    return checked


_FORMS: dict[Any, _Form] = {
    str: _Form(_TEXT, _exactly(str, escape), unescape),
    int: _Form("-?[0-9]{1,19}", _exactly(int, str), int),
    bool: _Form("[tf]", _exactly(bool, lambda value: "t" if value else "f"), lambda t: t == "t"),
    Decimal: _Form(texts.DECIMAL, texts.write_decimal, Decimal),
}
# The pattern was matched already; what is left to be wrong is a date such as the 31st of June.
_MOMENT = _Form(texts.MOMENT, texts.write_moment, datetime.fromisoformat)
_WALL_CLOCK = _Form(texts.WALL_CLOCK, texts.write_wall_clock, datetime.fromisoformat)


def _enumeration(kind: type[Enum]) -> _Form:
    members = {str(member.value): member for member in kind}
    pattern = "|".join(re.escape(text) for text in sorted(members, key=len, reverse=True))
    return _Form(f"(?:{pattern})", lambda value: str(kind(value).value), members.__getitem__)


def _optional(inner: _Form) -> _Form:
    return _Form(
        rf"(?:\\N|{inner.pattern})",
        lambda value: NULL if value is None else inner.write(value),
        lambda text: None if text == NULL else inner.read(text),
    )


def _form(hint: Any, *, is_wall_clock: bool) -> _Form:
    if hint is datetime:
        return _WALL_CLOCK if is_wall_clock else _MOMENT
    if hint in _FORMS:
        return _FORMS[hint]
    if get_origin(hint) is UnionType and get_args(hint)[1:] == (NoneType,):
        return _optional(_form(get_args(hint)[0], is_wall_clock=is_wall_clock))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enumeration(hint)
    raise TypeError(f"{hint} has no place in a line")


class _Layout:
    """How the records of one class stand in lines."""

    def __init__(self, kind: Any) -> None:
        hints = get_type_hints(kind)
        self.kind = kind
        self.names = tuple(field.name for field in dataclasses.fields(kind))
        forms = [_form(hints[n], is_wall_clock=n.endswith("server_time")) for n in self.names]
        self._values = attrgetter(*self.names)
        self._writers = [form.write for form in forms]
        self._readers = [form.read for form in forms]
        self._patterns = [re.compile(form.pattern + r"\Z") for form in forms]
        groups = "\t".join(f"({form.pattern})" for form in forms)
        self._line = re.compile(f"^{groups}$", re.MULTILINE)

    def write(self, record: Any) -> str:
        """Return a record as a line."""
        values = zip(self._writers, self._values(record), strict=True)
        return "\t".join([write(value) for write, value in values]) + "\n"

    def split(self, text: str) -> list[Fields]:
        """Return the fields of every line; BadMessage when one is no record of this class."""
        found: list[Fields] = self._line.findall(text)
        if len(found) != text.count("\n") or not (text == "" or text.endswith("\n")):
            raise BadMessage(self._what_is_wrong(text))
        return found

    def read(self, fields: Fields) -> Any:
        """Return the record that the fields of one line are."""
        return self.kind(**dict(zip(self.names, self.values(fields), strict=True)))

    def values(self, fields: Fields) -> list[Any]:
        """Return the values of one line's fields; BadMessage for a time that is none."""
        try:
            return [read(text) for read, text in zip(self._readers, fields, strict=True)]
        except ValueError:
            raise BadMessage(f"A time of a {self.kind.__name__} is none.") from None

    def _what_is_wrong(self, text: str) -> str:
        name = self.kind.__name__
        for number, line in enumerate(text.split("\n")[:-1], start=1):
            fields = line.split("\t")
            if len(fields) != len(self.names):
                return f"Line {number} has {len(fields)} fields: {name} has {len(self.names)}."
            for field, given, pattern in zip(self.names, fields, self._patterns, strict=True):
                if not pattern.match(given):
                    return f"{name}.{field} in line {number} is not what it should be."
        return f"The last line of the list of {name} is cut off."


_LAYOUTS: dict[Any, _Layout] = {}


def _layout(kind: Any) -> _Layout:
    layout = _LAYOUTS.get(kind)
    if layout is None:
        layout = _LAYOUTS[kind] = _Layout(kind)
    return layout


def write_line(record: object) -> str:
    """Return one record as its line."""
    return _layout(type(record)).write(record)


def read_line(kind: type[T], line: str) -> T:
    """Return the record of this class that a line is; BadMessage when it is none."""
    return Lines(kind, line)[0]


class Lines(Sequence[T]):
    """Records as they travel: `text` holds a line each; records are made when they are looked at.

    A line that is no record is a BadMessage when it is looked at; `split` looks at all of them.
    """

    __slots__ = ("_fields", "_records", "kind", "text")

    def __init__(self, kind: type[T], text: str) -> None:
        self.kind = kind
        self.text = text
        self._fields: list[Fields] | None = None
        self._records: list[T] | None = None

    @classmethod
    def of(cls, kind: type[T], records: Iterable[T]) -> "Lines[T]":
        """Return records as lines; what are lines already is returned as it is."""
        if isinstance(records, Lines):
            return records
        return cls(kind, "".join(map(_layout(kind).write, records)))

    def split(self) -> list[Fields]:
        """Return the fields of every line, as texts, escaped."""
        if self._fields is None:
            self._fields = _layout(self.kind).split(self.text)
        return self._fields

    def values(self, name: str) -> set[str]:
        """Return what stands in one field of the records: texts as they are meant."""
        place = _layout(self.kind).names.index(name)
        return {unescape(fields[place]) for fields in self.split()}

    def rows(self) -> Iterator[list[Any]]:
        """Yield each record's values in the order of its fields, without making the record."""
        values = _layout(self.kind).values
        return map(values, self.split())

    def where(self, name: str, values: set[str]) -> "Lines[T]":
        """Return the lines whose field is one of these values."""
        place = _layout(self.kind).names.index(name)
        found = [fields for fields in self.split() if unescape(fields[place]) in values]
        return Lines(self.kind, "".join(["\t".join(fields) + "\n" for fields in found]))

    def before(self, name: str, number: int) -> "Lines[T]":
        """Return the lines whose field is a whole number lower than this."""
        place = _layout(self.kind).names.index(name)
        found = [fields for fields in self.split() if int(fields[place]) < number]
        return Lines(self.kind, "".join(["\t".join(fields) + "\n" for fields in found]))

    def parted(self, size: int) -> Iterator["Lines[T]"]:
        """Yield the lines in parts of at most this many."""
        lines = [line + "\n" for line in self.text.split("\n")[:-1]]
        for start in range(0, len(lines), size):
            yield Lines(self.kind, "".join(lines[start : start + size]))

    def __add__(self, other: "Lines[T]") -> "Lines[T]":
        """Return both, one after the other."""
        return Lines(self.kind, self.text + other.text)

    def _read(self) -> list[T]:
        if self._records is None:
            read = _layout(self.kind).read
            self._records = [read(fields) for fields in self.split()]
        return self._records

    def __len__(self) -> int:
        """Return how many records there are."""
        return self.text.count("\n")

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...

    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        """Return one record, or some."""
        return self._read()[index]

    def __eq__(self, other: object) -> bool:
        """Return whether the other sequence holds the same records."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Return the records' class and number."""
        return f"<{len(self)} lines of {self.kind.__name__}>"

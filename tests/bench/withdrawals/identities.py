"""A way made anew: what a withdrawal made itself is another, everything else stays.

Its own are the numbers that it drew from sequences, its keys and what is reckoned from them (the
keys of its entries, its marker), its ticket, and the fingerprints of texts that name any of these.
All of it is replaced wherever it stands: as a value, in text, in JSON, in an event's bytes. This is
done before anything is measured.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4, uuid5

from psycopg.types.json import Json, Jsonb

from accounts.actions.chart import BOOKS
from tests.bench.withdrawals.steps import Step, Taken
from trading.calc.marking.marker import marker_of

KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: What the books call its entries, by its number (`act_of` in `accounts/actions/**/steps.py`).
ENTRIES = {
    "accounts_payment_id_seq": ("payment:{}:hold", "payment:{}:settle"),
    "accounts_adjustment_id_seq": ("adjustment:{}:hold", "adjustment:{}:done"),
}
#: A part of a picture's fingerprint is the beginning of a digest (`accounts.calc.picture`).
MARK = 20
Numbers = Mapping[str, range]


@dataclass(frozen=True)
class Line:
    """A line of a bulk file: its row, its key, what it is called, and for which account it is."""

    number: int
    key: UUID
    name: str
    account_id: int


@dataclass(frozen=True)
class Way:
    """What one took, the numbers that it drew of each sequence, its ticket, the line it used up."""

    taken: Taken
    drawn: Numbers
    ticket: int
    line: Line | None = None


class Again:
    """One way, and how it is made again and again."""

    def __init__(self, way: Way, keys: Iterable[UUID]) -> None:
        """`keys`: those that are the way's own."""
        self.way = way
        self._texts = sorted(set(_texts_of(way.taken)))
        self._named = _named(way.drawn)
        self._keys = {one: self._named.get(one) for one in keys}
        numbers = {str(one) for drawn in way.drawn.values() for one in drawn} | {str(way.ticket)}
        words = [marker_of(one) for one in self._keys]
        if way.line is not None:
            numbers.add(str(way.line.number))
            words.append(way.line.name)
        words += [form for one in self._keys for form in (str(one), one.hex)]
        self._own = _pattern(words, numbers)
        self._digests = self._reckoned()
        found = [one[:length] for _text, one in self._digests for length in (64, MARK)]
        self._own = _pattern([*words, *found], numbers)

    def _reckoned(self) -> list[tuple[str, str]]:
        """Return the texts whose digest stands somewhere, each before those that hold it."""
        everything = "\n".join(self._texts)
        digests = ((text, hashlib.sha256(text.encode()).hexdigest()) for text in self._texts)
        left = {text: digest for text, digest in digests if digest[:MARK] in everything}
        ordered: list[tuple[str, str]] = []
        while left:
            marks = [digest[:MARK] for digest in left.values()]
            text = next(one for one in left if not any(mark in one for mark in marks))
            ordered.append((text, left.pop(text)))
        return ordered

    def made(
        self, drawn: Numbers, ticket: int, line: Line | None = None
    ) -> list[tuple[Step, str, Any]]:
        """Return the steps with what is said at each: with these numbers, this ticket and line."""
        numbers = {
            before: after
            for name, own in self.way.drawn.items()
            for before, after in zip(own, drawn[name], strict=True)
        } | {self.way.ticket: ticket}
        keys = {
            before: uuid5(BOOKS, of[0].format(numbers[of[1]])) if of else uuid4()
            for before, of in self._keys.items()
        }
        told = {}
        if self.way.line is not None and line is not None:
            numbers[self.way.line.number] = line.number
            keys[self.way.line.key] = line.key
            told[self.way.line.name] = line.name
        told |= {str(before): str(after) for before, after in numbers.items()}
        for before, after in keys.items():
            told |= {str(before): str(after), before.hex: after.hex}
            told[marker_of(before)] = marker_of(after)
        new = _New(self._own, numbers, keys, told)
        for text, digest in self._digests:
            now = hashlib.sha256(new.text(text).encode()).hexdigest()
            told |= {digest: now, digest[:MARK]: now[:MARK]}
        return [
            (step, new.text(step.sql) if step.values is None else step.sql, new.value(step.values))
            for step in self.way.taken.steps
        ]


class _New:
    """What is said instead, by what was said."""

    def __init__(
        self,
        own: "re.Pattern[str]",
        numbers: Mapping[int, int],
        keys: Mapping[UUID, UUID],
        told: Mapping[str, str],
    ) -> None:
        self._own, self._numbers, self._keys, self._told = own, numbers, keys, told

    def text(self, text: str) -> str:
        """Return a text with what is own in it replaced."""
        return self._own.sub(lambda found: self._told.get(found[0], found[0]), text)

    def value(self, value: Any) -> Any:
        """Return a value, or values within values, with what is own replaced."""
        if type(value) is int:
            return self._numbers.get(value, value)
        if isinstance(value, UUID):
            return self._keys.get(value, value)
        if isinstance(value, str):
            after = self.text(value)
            return value if after == value else after
        if isinstance(value, bytes | bytearray | memoryview):
            return self._bytes(bytes(value))
        if isinstance(value, Json | Jsonb):
            return type(value)(self.text(_written(value)).encode(), dumps=_as_it_is)
        if isinstance(value, Mapping):
            return {name: self.value(one) for name, one in value.items()}
        return [self.value(one) for one in value] if isinstance(value, list | tuple) else value

    def _bytes(self, value: bytes) -> bytes:
        try:
            return self.text(value.decode()).encode()
        except UnicodeDecodeError:
            return value


def again(ways: Sequence[Way]) -> list[Again]:
    """Return how each of these is made again: a key that stands in one way only is its own."""
    every = [_keys_of(way.taken) for way in ways]
    times = Counter(key for keys in every for key in keys)
    return [
        Again(way, sorted(key for key in keys if times[key] == 1))
        for way, keys in zip(ways, every, strict=True)
    ]


def _named(drawn: Numbers) -> dict[UUID, tuple[str, int]]:
    """Return what the keys of entries would be made of, by the key."""
    return {
        uuid5(BOOKS, name.format(number)): (name, number)
        for sequence, names in ENTRIES.items()
        for name in names
        for number in drawn.get(sequence, ())
    }


def _pattern(words: Iterable[str], numbers: Iterable[str]) -> "re.Pattern[str]":
    plain = "|".join(map(re.escape, sorted(set(words), key=len, reverse=True)))
    return re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(numbers))})(?!\w|\.\d)|{plain}")


def _keys_of(taken: Taken) -> set[UUID]:
    return {UUID(found) for text in _texts_of(taken) for found in KEY.findall(text)}


def _texts_of(taken: Taken) -> Iterator[str]:
    for step in taken.steps:
        yield from _texts(step.sql if step.values is None else step.values)


def _texts(value: Any) -> Iterator[str]:
    """Return everything that stands in a value as text."""
    match value:
        case str() | UUID():
            yield str(value)
        case Json() | Jsonb():
            yield _written(value)
        case bytes() | bytearray() | memoryview():
            yield bytes(value).decode(errors="replace")
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list() | tuple():
            for one in value:
                yield from _texts(one)


def _written(value: Json | Jsonb) -> str:
    written = (value.dumps or json.dumps)(value.obj)
    return written.decode() if isinstance(written, bytes) else written


def _as_it_is(written: bytes) -> bytes:
    return written

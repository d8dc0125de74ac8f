"""Event: a name, a sentence, its fields; and the register of all events.

An event tells what happened, in the past tense, once it has happened. It carries ids, codes and
amounts, never personal data: what is written here cannot be erased. What somebody typed (`WORDS`)
may hold a name all the same; in an event about a client it is sealed, and goes with the client.
"""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from string import Formatter
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

#: Fields that people, or other systems, filled with words. About a client, they are sealed.
WORDS = ("reason", "words", "note", "text")
NAME = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

_register: dict[str, type["Event"]] = {}
_from_text: dict[type, Callable[[str], object]] = {
    str: str,
    int: int,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}


class UnknownEvent(LookupError):
    """No event of this name is registered: it was retired, or its module is not loaded."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events: subclasses are frozen, keyword-only dataclasses with two class words.

    `name` is `app.noun.verbed`; `sentence` tells it to people, with {actor} and the fields' names.
    `vocabulary` gives, by field, the word for each code, so that people never read a code;
    `persons` are fields with a user's number, beside those that end in `user_id`.
    Fields are str, int, bool, Decimal, date or datetime, one of them or None, or a tuple of them.
    """

    name: ClassVar[str]
    sentence: ClassVar[str]
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    #: Its words are the office's own and stay readable: the record of an erasure.
    is_plain: ClassVar[bool] = False
    persons: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        name = cls.__dict__.get("name", "")
        if not NAME.fullmatch(name):
            raise TypeError(f"{cls.__qualname__}: {name!r} is no event name (app.noun.verbed)")
        if _register.setdefault(name, cls).__qualname__ != cls.__qualname__:
            raise TypeError(f"Two events are called {name}")

    def values(self) -> dict[str, object]:
        """Return the fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def named(name: str) -> type[Event]:
    """Return the event class of this name; UnknownEvent when there is none."""
    try:
        return _register[name]
    except KeyError:
        raise UnknownEvent(name) from None


def registered() -> dict[str, type[Event]]:
    """Return all events that are loaded, by name."""
    return dict(sorted(_register.items()))


def rebuilt(name: str, values: Mapping[str, Any]) -> Event:
    """Return the event whose canonical fields were read back from its record.

    A field that was added later is left to its default; one that was taken away is passed over.
    """
    kind = named(name)
    hints = _hints_of(name)
    return kind(
        **{field: _typed(hints[field], value) for field, value in values.items() if field in hints}
    )


@cache
def _hints_of(name: str) -> dict[str, Any]:
    """Return the types of an event's fields; they never change while a process lives."""
    kind = named(name)
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def amounts_of(name: str) -> tuple[str, ...]:
    """Return an event's fields that hold a Decimal: where its sentence groups the digits."""
    kind = named(name)
    hints = get_type_hints(kind)
    return tuple(
        field.name
        for field in fields(kind)
        if Decimal in (hints[field.name], *get_args(hints[field.name]))
    )


def typed_in(event: Event) -> dict[str, str]:
    """Return an event's fields that hold somebody's own words, those that say something."""
    if event.is_plain:
        return {}
    free = {field: getattr(event, field, "") for field in WORDS if field not in event.vocabulary}
    return {field: text for field, text in free.items() if isinstance(text, str) and text}


@cache
def moments_of(name: str) -> tuple[str, ...]:
    """Return an event's fields that hold a moment: its sentence says them in the reader's zone."""
    return tuple(
        field for field, hint in _hints_of(name).items() if datetime in (hint, *get_args(hint))
    )


@cache
def persons_of(name: str) -> tuple[str, ...]:
    """Return an event's fields that hold a user's number: its sentence may say names instead."""
    found = (field for field in _hints_of(name) if field.endswith("user_id"))
    return (*found, *named(name).persons)


def misworded(kind: type[Event]) -> set[str]:
    """Return the words in braces that an event's sentence uses and its fields do not have."""
    used = {word for _, word, _, _ in Formatter().parse(kind.sentence) if word}
    return used - {field.name for field in fields(kind)} - {"actor"}


def _typed(hint: Any, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_typed(get_args(hint)[0], inner) for inner in value)
    return _from_text[hint](value)

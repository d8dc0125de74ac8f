"""Terms as JSON, in the notations of the wire: for frames and for the journal."""

from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, get_type_hints

import orjson

from trading.gateway.wire import decode, dump, encode

T = TypeVar("T")


def plain(record: object) -> Any:
    """Return a term as what JSON can hold."""
    return encode(type(record), record)


def body(record: object) -> bytes:
    """Return a term as JSON, ready for the journal."""
    return dump(plain(record))


def fragment(record: object) -> orjson.Fragment:
    """Return a term ready to stand inside a frame."""
    return orjson.Fragment(body(record))


def read_body(kind: type[T], text: bytes) -> T:
    """Return a term of this class from what `body` wrote; BadMessage when it is none.

    A field that is younger than the text has its default.
    """
    known: Any = kind
    term: T = decode(kind, _defaults(known) | orjson.loads(text))
    return term


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    return {
        one.name: encode(get_type_hints(kind)[one.name], one.default)
        for one in fields(kind)
        if one.default is not MISSING
    }

"""Terms as JSON, in the notations of the wire: for frames and for the journal."""

from typing import Any, TypeVar

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
    """Return a term of this class from what `body` wrote; BadMessage when it is none."""
    term: T = decode(kind, orjson.loads(text))
    return term

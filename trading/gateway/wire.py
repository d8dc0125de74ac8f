"""Turns terms into JSON and back: one codec for both ends of the wire.

Money, prices and percentages are decimal text; volumes, logins, tickets and enumerations whole
numbers (a `StrEnum` its text); moments UTC text with "Z", a server's wall clock the same without.
A `Sequence` of records, which may be long, is one text of lines (lines.py).
Decoding is strict: a missing, unknown or ill-typed field is a `BadMessage` of one sentence.
The verbs and their arguments are read from the port, so that the wire can never lag behind it.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import orjson

from trading.gateway import texts
from trading.gateway.errors import (
    BadMessage,
    GatewayError,
    NotSent,
    Refused,
    Unavailable,
    Uncertain,
)
from trading.gateway.lines import Lines
from trading.gateway.port import AccountCommands, Commands, News, Questions
from trading.gateway.words import NEWS_KINDS

MAX_REQUEST_BYTES = 64 * 1024
NOT_SENT_REASONS = frozenset(
    "busy clock journal deadline end_of_day breaker unreachable seen closed".split()  # noqa: SIM905
)

_LARGEST_INTEGER = 2**63 - 1


# Values -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Codec:
    """How one type travels; `decode` takes the value and the name it is called by in a sentence."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any, str], Any]


def _plain(kind: type, word: str) -> _Codec:
    def encode(value: Any) -> Any:
        if type(value) is not kind:
            raise BadMessage(f"A value to send is not {word} but {type(value).__name__}.")
        return value

    def decode(data: Any, where: str) -> Any:
        if type(data) is not kind:
            raise BadMessage(f"{where} is not {word}.")
        return data

    return _Codec(encode, decode)


def _decode_integer(data: Any, where: str) -> int:
    if type(data) is not int or abs(data) > _LARGEST_INTEGER:
        raise BadMessage(f"{where} is not a whole number.")
    return data


def _enumeration(kind: type[Enum]) -> _Codec:
    members = {member.value: member for member in kind}

    def decode(data: Any, where: str) -> Any:
        known = type(data) in (int, str) and data in members
        if not known or isinstance(members[data].value, str) is not isinstance(data, str):
            raise BadMessage(f"{where} is not one of the known values of {kind.__name__}.")
        return members[data]

    return _Codec(lambda value: kind(value).value, decode)


def _optional(inner: _Codec) -> _Codec:
    return _Codec(
        lambda value: None if value is None else inner.encode(value),
        lambda data, where: None if data is None else inner.decode(data, where),
    )


def _many(inner: _Codec) -> _Codec:
    def decode(data: Any, where: str) -> Any:
        if not isinstance(data, list):
            raise BadMessage(f"{where} is not a list.")
        return tuple(inner.decode(item, where) for item in data)

    return _Codec(lambda values: [inner.encode(value) for value in values], decode)


def _lines(kind: Any) -> _Codec:
    """Return the codec of many records; what came as lines is passed on as it is."""

    def decode(data: Any, where: str) -> Any:
        if not isinstance(data, str):
            raise BadMessage(f"{where} is not a list of lines.")
        records = Lines(kind, data)
        records.split()
        return records

    return _Codec(lambda records: Lines.of(kind, records).text, decode)


def require_fields(data: Any, names: frozenset[str], where: str) -> None:
    """Raise BadMessage unless `data` is an object with exactly these fields."""
    if not isinstance(data, dict):
        raise BadMessage(f"{where} is not an object.")
    if missing := sorted(names - data.keys()):
        raise BadMessage(f"{where} lacks the field {missing[0]}.")
    if unknown := sorted(data.keys() - names):
        raise BadMessage(f"{where} has an unknown field {unknown[0][:40]!r}.")


def _record(kind: Any, hints: Mapping[str, Any]) -> _Codec:
    codecs = {name: _codec(hint, name.endswith("server_time")) for name, hint in hints.items()}
    names = frozenset(codecs)

    def encode(value: Any) -> Any:
        return {name: codec.encode(getattr(value, name)) for name, codec in codecs.items()}

    def decode(data: Any, where: str) -> Any:
        require_fields(data, names, where)
        return kind(
            **{n: codec.decode(data[n], f"{kind.__name__}.{n}") for n, codec in codecs.items()}
        )

    return _Codec(encode, decode)


_PLAIN: dict[Any, _Codec] = {
    str: _plain(str, "text"),
    bool: _plain(bool, "true or false"),
    int: _Codec(lambda value: _decode_integer(value, "A number to send"), _decode_integer),
    Decimal: _Codec(texts.write_decimal, texts.read_decimal),
    NoneType: _plain(NoneType, "null"),
}
_MOMENT = _Codec(texts.write_moment, texts.read_moment)
_WALL_CLOCK = _Codec(texts.write_wall_clock, texts.read_wall_clock)


@cache
def _codec(hint: Any, wall_clock: bool = False) -> _Codec:
    """Return the codec of a type; TypeError for a type that has no place on the wire."""
    if hint is datetime:
        return _WALL_CLOCK if wall_clock else _MOMENT
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType and len(arguments) == 2 and arguments[1] is NoneType:
        return _optional(_codec(arguments[0], wall_clock))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _many(_codec(arguments[0]))
    if origin is Sequence:
        return _lines(arguments[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enumeration(hint)
    if dataclasses.is_dataclass(origin or hint):
        return _record(origin or hint, _hints(origin or hint, arguments))
    raise TypeError(f"{hint} has no place on the wire")


def _hints(kind: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Return the fields of a dataclass with their types, its one type parameter filled in."""
    hints = get_type_hints(kind)
    if not arguments:
        return hints
    return {n: h[arguments] if getattr(h, "__parameters__", ()) else h for n, h in hints.items()}


def encode(hint: Any, value: Any) -> Any:
    """Return a value of the type `hint` as what JSON can hold."""
    return _codec(hint).encode(value)


def decode(hint: Any, data: Any, where: str = "The message") -> Any:
    """Return the value of the type `hint` that JSON data holds; BadMessage if it holds none."""
    return _codec(hint).decode(data, where)


def dump(data: Any) -> bytes:
    """Return JSON bytes of data that holds plain values."""
    try:
        return orjson.dumps(data)
    except (TypeError, ValueError) as wrong:
        raise BadMessage(f"The message cannot be written as JSON: {wrong}.") from None


def load(body: bytes) -> Any:
    """Return what JSON bytes hold; BadMessage if they are no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadMessage("The message is not JSON.") from None


# Verbs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb of the port: where it is posted, what it takes, what it gives, how long it may last.

    `deadline` is a class of port.DEADLINE_SECONDS.
    """

    name: str
    is_command: bool
    deadline: str
    arguments: Mapping[str, Any]
    answer: Any

    @property
    def path(self) -> str:
        """Return the path that the verb is posted to."""
        return f"/v1/{'commands' if self.is_command else 'questions'}/{self.name}"


_HISTORIES = frozenset(
    {
        "accounts", "accounts_in", "trades", "open_trades", "open_trades_of", "closed_trades",
        "history", "find_marker", "margins", "daily_reports", "journal",
    }
)  # fmt: skip


def _deadline(name: str, *, is_command: bool) -> str:
    """Return the class of port.DEADLINE_SECONDS that a verb falls in."""
    if not is_command:
        return "history" if name in _HISTORIES else "read"
    return "change" if hasattr(AccountCommands, name) or name == "close_attempt" else "trade"


def _verbs(protocol: type, *, is_command: bool) -> dict[str, Verb]:
    verbs: dict[str, Verb] = {}
    for name, method in inspect.getmembers(protocol, inspect.isfunction):
        if name.startswith("_"):
            continue
        hints = get_type_hints(method)
        answer = hints.pop("return")
        verbs[name] = Verb(
            name=name,
            is_command=is_command,
            deadline=_deadline(name, is_command=is_command),
            arguments=MappingProxyType(hints),
            answer=answer,
        )
    return verbs


VERBS: Mapping[str, Verb] = MappingProxyType(
    _verbs(Questions, is_command=False) | _verbs(Commands, is_command=True)
)
BY_PATH: Mapping[str, Verb] = MappingProxyType({verb.path: verb for verb in VERBS.values()})

_CALL_FIELDS = frozenset({"timeout_ms", "arguments"})
LONGEST_TIMEOUT_MS = 300_000


def encode_call(verb: Verb, arguments: Mapping[str, Any], *, timeout_ms: int) -> bytes:
    """Return the body of a request; `timeout_ms` is how long the asker will wait from now on."""
    plain = {name: encode(hint, arguments[name]) for name, hint in verb.arguments.items()}
    return dump({"timeout_ms": timeout_ms, "arguments": plain})


def decode_call(verb: Verb, body: bytes) -> tuple[dict[str, Any], int]:
    """Return the arguments of a request and how long its asker waits, in milliseconds."""
    data = load(body)
    require_fields(data, _CALL_FIELDS, "The request")
    timeout_ms = _decode_integer(data["timeout_ms"], "timeout_ms")
    if not 1 <= timeout_ms <= LONGEST_TIMEOUT_MS:
        raise BadMessage(f"timeout_ms is not within 1 and {LONGEST_TIMEOUT_MS}.")
    given = data["arguments"]
    require_fields(given, frozenset(verb.arguments), f"The request {verb.name}")
    return {n: decode(hint, given[n], n) for n, hint in verb.arguments.items()}, timeout_ms


# Answers ------------------------------------------------------------------------------------------


class MalformedAnswer(BadMessage):
    """What came as an answer is none; of a command nothing is known then."""


_OUTCOMES = {
    "done": frozenset({"answer"}),
    "refused": frozenset({"code", "text"}),
    "not_sent": frozenset({"reason", "text"}),
    "uncertain": frozenset({"code", "text"}),
    "unavailable": frozenset({"text"}),
    "bad_message": frozenset({"text"}),
}


def encode_answer(verb: Verb, value: Any) -> bytes:
    """Return the body that answers a request with a yes."""
    return dump({"outcome": "done", "answer": encode(verb.answer, value)})


def encode_failure(error: GatewayError) -> bytes:
    """Return the body that answers a request with anything that is not a yes."""
    text = str(error)
    if isinstance(error, Refused):
        return dump({"outcome": "refused", "code": error.code, "text": error.text})
    if isinstance(error, NotSent):
        return dump({"outcome": "not_sent", "reason": error.reason, "text": error.text})
    if isinstance(error, Uncertain):
        return dump({"outcome": "uncertain", "code": error.code, "text": text})
    if isinstance(error, BadMessage):
        return dump({"outcome": "bad_message", "text": text})
    return dump({"outcome": "unavailable", "text": text})


def decode_answer(verb: Verb, body: bytes) -> Any:
    """Return what an answer says, or raise it if it is not a yes (MalformedAnswer: it is none)."""
    try:
        data = load(body)
        outcome = data.get("outcome") if isinstance(data, dict) else None
        if not isinstance(outcome, str) or outcome not in _OUTCOMES:
            raise BadMessage("The answer names no known outcome.")
        require_fields(data, _OUTCOMES[outcome] | {"outcome"}, "The answer")
        if outcome == "done":
            return decode(verb.answer, data["answer"], "The answer")
        error = _failure(outcome, data)
    except BadMessage as wrong:
        raise MalformedAnswer(str(wrong)) from wrong
    raise error


def _failure(outcome: str, data: dict[str, Any]) -> GatewayError:
    text = decode(str, data["text"], "text")
    if outcome == "refused":
        return Refused(decode(int, data["code"], "code"), text)
    if outcome == "uncertain":
        return Uncertain(text, decode(int | None, data["code"], "code"))
    if outcome == "not_sent":
        reason = decode(str, data["reason"], "reason")
        if reason not in NOT_SENT_REASONS:
            raise BadMessage("The answer names no known reason.")
        return NotSent(reason, text)
    return BadMessage(text) if outcome == "bad_message" else Unavailable(text)


# The stream ---------------------------------------------------------------------------------------


def encode_news(news: News) -> bytes:
    """Return one frame of the stream."""
    return dump(encode(News, news))


def decode_frames(body: bytes) -> tuple[News, ...]:
    """Return the frames of one message of the stream."""
    frames: tuple[News, ...] = decode(tuple[News, ...], load(body), "The message of the stream")
    for news in frames:
        if news.kind not in NEWS_KINDS:
            raise BadMessage("The stream brought news of an unknown kind.")
    return frames

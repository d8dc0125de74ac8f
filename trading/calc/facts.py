"""Reads the facts that a book of statements does not print: leverage, contracts, zone, prices.

A facts file is JSON that stands beside the statements:

    {"server": {"name": …, "company": …, "timezone": "Europe/Athens"},
     "groups": {"real": {"currency": "USD", "default_leverage": 500, …fields of GroupSpec}},
     "symbols": {"xauusd": {…fields of SymbolSpec}},
     "accounts": [{"statement": "04_*", "login": 700004, "name": …, "group": "real",
                   "leverage": 500, "opening_balance": "0.00", "email": …}],
     "quotes": {"xauusd": {"bid": …, "ask": …, "at": "2025-01-22T16:16:00Z"}},
     "past_quotes": [{"symbol": "eurusd", "bid": …, "ask": …, "at": …}],
     "sources": {"leverage": "why we believe it", …}}

`quotes` is the market as it is held now; `past_quotes` only serve rates fixed at opening.
"""

import dataclasses
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

from trading.terms import GroupSpec, Quote, SymbolSpec


class BadFacts(ValueError):
    """A facts file that cannot be used; the message is one sentence: what, why, remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """The server that the book stands on; `timezone` is the IANA zone of its clock."""

    name: str
    company: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The account behind a statement, whose file name may be a pattern (`04_*`).

    `opening_balance` is what the account held before the statement's first row.
    """

    statement: str
    login: int
    name: str
    group: str
    leverage: int
    opening_balance: Decimal = Decimal(0)
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a facts file says."""

    server: ServerFacts
    groups: Mapping[str, GroupSpec]
    symbols: Mapping[str, SymbolSpec]
    accounts: tuple[AccountFacts, ...]
    quotes: Mapping[str, Quote]
    past_quotes: tuple[Quote, ...]
    sources: Mapping[str, str]

    def account_of(self, statement: str) -> AccountFacts:
        """Return the account behind a statement file. Raises `BadFacts` where none is named."""
        for account in self.accounts:
            if fnmatchcase(statement, account.statement):
                return account
        raise BadFacts(f"No account is named for {statement}; add it to the facts' accounts")

    def quotes_at(self, moment: datetime) -> dict[str, Quote]:
        """Return the latest past quote of each symbol at or before a moment (UTC)."""
        past = [quote for quote in self.past_quotes if quote.at <= moment]
        return {quote.symbol: quote for quote in sorted(past, key=lambda quote: quote.at)}

    def utc(self, server_time: datetime) -> datetime:
        """Return a naive server time in UTC; of an hour that comes twice, the first is meant."""
        return server_time.replace(tzinfo=ZoneInfo(self.server.timezone)).astimezone(UTC)


TOP = ("server", "groups", "symbols", "accounts", "quotes", "past_quotes", "sources")
OPTIONAL = ("past_quotes", "sources")
COMPLAINT = "{place}: {what}; see the facts file's description in trading/calc/facts.py"


def read(path: Path) -> Facts:
    """Return the facts of a file. Raises `BadFacts` with one sentence."""
    raw = _mapping(_json(path), path.name)
    _refuse_unknown(raw, TOP, path.name)
    for name in TOP:
        if name not in raw and name not in OPTIONAL:
            raise _bad(path.name, f"“{name}” is missing")
    server = _build(ServerFacts, raw["server"], f"{path.name}, server")
    facts = Facts(
        server=server,
        groups=_named(GroupSpec, raw["groups"], f"{path.name}, groups", company=server.company),
        symbols=_named(SymbolSpec, raw["symbols"], f"{path.name}, symbols"),
        accounts=tuple(
            _build(AccountFacts, entry, f"{path.name}, account {number}")
            for number, entry in enumerate(_list(raw["accounts"], path.name), start=1)
        ),
        quotes={
            name: _quote({"symbol": name, **_mapping(entry, place)}, place)
            for name, entry in _mapping(raw["quotes"], path.name).items()
            for place in [f"{path.name}, quote {name}"]
        },
        past_quotes=tuple(
            _quote(entry, f"{path.name}, past quote {number}")
            for number, entry in enumerate(_list(raw.get("past_quotes", []), path.name), start=1)
        ),
        sources={
            name: _text(text, f"{path.name}, sources, {name}")
            for name, text in _mapping(raw.get("sources", {}), path.name).items()
        },
    )
    _check(facts, path.name)
    return facts


def _check(facts: Facts, place: str) -> None:
    """Refuse facts that do not fit together."""
    try:
        ZoneInfo(facts.server.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise _bad(place, f"“{facts.server.timezone}” is not an IANA time zone") from error
    logins = [account.login for account in facts.accounts]
    if len(set(logins)) < len(logins):
        raise _bad(place, "two accounts have the same login")
    for account in facts.accounts:
        if account.group not in facts.groups:
            raise _bad(place, f"account {account.login} is in “{account.group}”, an unknown group")
        if account.leverage <= 0:
            raise _bad(place, f"the leverage of account {account.login} must be above 0")
    for quote in (*facts.quotes.values(), *facts.past_quotes):
        if quote.symbol not in facts.symbols:
            raise _bad(place, f"a quote names {quote.symbol}, which is not among the symbols")


T = typing.TypeVar("T")


def _named(kind: type[T], value: object, place: str, **given: object) -> dict[str, T]:
    return {
        name: _build(kind, {**given, **_mapping(entry, place), "name": name}, f"{place}, {name}")
        for name, entry in _mapping(value, place).items()
    }


def _quote(value: object, place: str) -> Quote:
    quote = _build(Quote, value, place)
    if not 0 < quote.bid <= quote.ask:
        raise _bad(place, f"the bid {quote.bid} must be above 0 and not above the ask {quote.ask}")
    return quote


def _build(kind: type[T], value: object, place: str) -> T:
    """Return a frozen value whose fields come from a JSON object, each of its own type."""
    raw = _mapping(value, place)
    hints = typing.get_type_hints(kind)
    _refuse_unknown(raw, tuple(hints), place)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    for field in fields:
        if field.name not in raw and field.default is dataclasses.MISSING:
            raise _bad(place, f"“{field.name}” is missing")
    return kind(
        **{name: _convert(hints[name], item, f"{place}, {name}") for name, item in raw.items()}
    )


def _convert(kind: typing.Any, value: object, place: str) -> object:
    """Return a JSON value as the type that a field wants."""
    if kind is str:
        return _text(value, place)
    if kind is bool or kind is int:
        if type(value) is not kind:
            raise _bad(place, f"{value!r} is not {'true or false' if kind is bool else 'whole'}")
        return value
    if kind is Decimal:
        return _decimal(value, place)
    if kind is datetime:
        return _moment(value, place)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        if value not in kind.__members__:
            raise _bad(place, f"{value!r} is none of {', '.join(kind.__members__)}")
        return kind[str(value)]
    return tuple(_text(item, place) for item in _list(value, place))


def _decimal(value: object, place: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _bad(place, f"{value!r} is not a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise _bad(place, f"“{value}” is not a number") from error
    if not number.is_finite():
        raise _bad(place, f"“{value}” is not a number")
    return number


def _moment(value: object, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value, place))
    except ValueError as error:
        raise _bad(place, f"“{value}” is not a moment like 2025-01-22T16:16:00Z") from error
    if moment.tzinfo is None:
        raise _bad(place, f"“{value}” names no zone: end it with Z")
    return moment.astimezone(UTC)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise _bad(place, f"{value!r} is not text")
    return value


def _mapping(value: object, place: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _bad(place, "an object with names is expected")
    return value


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        raise _bad(place, "a list is expected")
    return value


def _refuse_unknown(raw: Mapping[str, object], known: tuple[str, ...], place: str) -> None:
    for name in raw:
        if name not in known:
            raise _bad(place, f"“{name}” is not known")


def _bad(place: str, what: str) -> BadFacts:
    return BadFacts(COMPLAINT.format(place=place, what=what))


def _json(path: Path) -> object:
    try:
        return json.loads(
            path.read_text("utf-8"), parse_float=Decimal, object_pairs_hook=_without_doubles
        )
    except OSError as error:
        raise BadFacts(
            f"{path.name} cannot be read ({error.strerror}); check that it is there and readable"
        ) from error
    except ValueError as error:
        raise BadFacts(f"{path.name} is not JSON ({error}); correct it there") from error


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{double}” stands twice in one object")
    return found

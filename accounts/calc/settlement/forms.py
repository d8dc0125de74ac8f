"""How a provider writes its settlement: which column is what, its words, its signs. Pure.

The house's own form is the default. Another one is the policy `settlements`, under the provider's
code: {"formats": {"acme": {"columns": {"kind": "Type", …}, "kinds": {"SALE": "capture", …}}}}.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.calc.settlement.statement import BadSettlement
from accounts.terms.settlement import LineKind
from backoffice.core.words import noop

COLUMNS = ("kind", "reference", "about", "time", "currency", "amount", "fee", "reserve", "net")
HEAD, TOTAL = "head", "total"
OWN_WORDS = {HEAD: HEAD, TOTAL: TOTAL, **{str(kind): str(kind) for kind in LineKind}}
#: What a provider may leave out altogether.
SPARE = ("about", "fee", "reserve")
MOST_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`columns`: ours → theirs. `kinds`: their word → ours. `time`: a pattern, "" is ISO 8601.

    `signed`: amounts carry the sign that their kind says anyway. `has_head`: a first line names
    settlement and beginning; without one the total line does, and the earliest line begins it.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in COLUMNS})
    kinds: Mapping[str, str] = field(default_factory=lambda: dict(OWN_WORDS))
    ignored: frozenset[str] = frozenset()
    separator: str = ","
    decimal: str = "."
    time: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    signed: bool = False
    minor: bool = False
    has_head: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The policy `settlements`: after how many days what is booked has to be settled, and at our

    bank; and how each provider writes its file.
    """

    days: int = 3
    bank_days: int = 5
    formats: Mapping[str, object] = field(default_factory=dict)


def rules_of(value: Mapping[str, object]) -> Rules:
    """Return the rules that a policy states; what cannot be read is the default."""
    known = Rules()
    formats = value.get("formats")
    return Rules(
        days=_days(value.get("days"), known.days),
        bank_days=_days(value.get("bank_days"), known.bank_days),
        formats=formats if isinstance(formats, dict) else {},
    )


def form_of(rules: Rules, provider: str) -> Form:
    """Return how a provider writes; BadSettlement when its mapping cannot be understood."""
    told = rules.formats.get(provider)
    if told is None:
        return Form()
    if not isinstance(told, dict):
        raise _bad(provider, "it is no object")
    columns, kinds = told.get("columns", {}), told.get("kinds", OWN_WORDS)
    if not _is_texts(columns) or not _is_texts(kinds):
        raise _bad(provider, "columns and kinds are pairs of texts")
    strange = [*(set(columns) - set(COLUMNS)), *(set(kinds.values()) - set(OWN_WORDS))]
    missing = [name for name in COLUMNS if name not in columns and name not in SPARE]
    if strange or (columns and missing):
        raise _bad(provider, f"unknown {strange}" if strange else f"missing {missing}")
    if TOTAL not in kinds.values():
        raise _bad(provider, "no word says which line is the total")
    ignored = told.get("ignored", [])
    separator, decimal = told.get("separator", ","), told.get("decimal", ".")
    if (
        not isinstance(ignored, list)
        or separator not in (",", ";", "\t")
        or decimal not in (".", ",")
    ):
        raise _bad(provider, "ignored is a list; separator is , or ; or tab; decimal is . or ,")
    try:
        zone = ZoneInfo(str(told.get("zone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError):
        raise _bad(provider, "there is no such time zone") from None
    return Form(
        columns=columns or Form().columns,
        kinds=kinds,
        ignored=frozenset(str(one) for one in ignored),
        separator=separator,
        decimal=decimal,
        time=str(told.get("time", "")),
        zone=zone,
        signed=told.get("signed") is True,
        minor=told.get("minor") is True,
        has_head=told.get("head") is not False,
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _days(value: object, known: int) -> int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return int(str(value)) if is_number and 0 <= int(str(value)) <= MOST_DAYS else known


def _bad(provider: str, what: str) -> BadSettlement:
    return BadSettlement(
        noop("The policy “settlements” does not say how {provider} writes its file: {what}."),
        provider=provider,
        what=what,
    )

"""The contract of a dangerous act: how its app describes it, checks it again, and carries it out.

An app registers its kinds in its `tasks.py`, which every process loads. A kind needs a policy too:
a row that says who has to agree (migration 0003 holds those of the first day).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext

from backoffice.core.actors import Actor
from backoffice.core.words import ACT_WORDS

#: What people read: a word and its value, in order.
Words = Sequence[tuple[str, str]]
Payload = Mapping[str, Any]


class Executes(Protocol):
    """Carries an approved act out, in the transaction that marks it as carried out.

    Outside calls begin with an intent of their own that is written here. Rejected voids the
    approval with its sentence.
    """

    def __call__(
        self, payload: Payload, *, request_id: int, actor: Actor, now: datetime
    ) -> None: ...


class Ends(Protocol):
    """Is told that an act will not be carried out, in the transaction that closes its request."""

    def __call__(
        self,
        payload: Payload,
        *,
        request_id: int,
        state: str,
        reason: str,
        actor: Actor,
        now: datetime,
    ) -> None: ...


def no_facts(payload: Payload) -> Payload:
    """Return the facts of an act that hangs on nothing but its payload."""
    return {}


def nothing_before(payload: Payload, asked_facts: Payload) -> Words:
    """Return what an act puts something else in the place of, where it replaces nothing."""
    return ()


def everything(user: Any, permission: object) -> None:
    """Return no condition: an act that is about no client is in reach of whoever may."""
    return


def _said(value: object) -> str:
    """Return a fact as people read it: yes and no, and no word of the program."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "—" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of dangerous act.

    `asks`, `decides`, `sees` are permissions. `describe` tells a payload in words, `tell_before`
    (from the facts when it was asked for) what it replaces, by the same words; `facts` looks at
    what it hangs on, again at each vote and when it is carried out. `in_reach` gives the condition
    on requests (a Q) that a person's reach sets, or None. `ended` hears of an end without it.
    `page` is the url name of the act's own decision page, which takes the subject's key; without
    one the engine's page shows it.
    """

    code: str
    label: str
    asks: object
    decides: object
    sees: object
    describe: Callable[[Payload], Words]
    tell_before: Callable[[Payload, Payload], Words] = nothing_before
    execute: Executes | None = None
    ended: Ends | None = None
    facts: Callable[[Payload], Payload] = no_facts
    tell_facts: Callable[[Payload], Words] = field(
        default=lambda facts: [
            (name.replace("_", " ").capitalize(), _said(value)) for name, value in facts.items()
        ]
    )
    in_reach: Callable[[Any, object], Any] = everything
    page: str = ""
    has_amount: bool = False
    may_be_alone: bool = False

    @property
    def is_decided_elsewhere(self) -> bool:
        """Whether its own app takes the votes and carries it out: the engine's doors do not."""
        return self.execute is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for. `key` comes with the form: sent twice, it asks once.

    `subject` is what it is about (a kind of record and its key); `binds` overrides the facts that
    the votes are bound to, and `picture` is what the asker saw beside them.
    """

    key: UUID
    kind: str
    subject: tuple[str, int | str]
    payload: Payload
    reason: str
    client_id: int | None = None
    amount: Any = None
    currency: str = ""
    binds: str | None = None
    picture: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What a voter saw and says: the digest of the payload, the facts as text, the words."""

    payload_digest: str
    facts: str
    reason: str = ""
    picture: Payload = field(default_factory=dict)


class UnknownKind(LookupError):
    """No app registered this kind."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; the same module loaded twice changes nothing."""
    known = _kinds.setdefault(kind.code, kind)
    if known.label != kind.label:
        raise ValueError(f"Two kinds of act are called {kind.code}")
    ACT_WORDS[kind.code] = str(kind.label)
    return known


def kind_of(code: str) -> Kind:
    """Return a kind; UnknownKind when no app registered it."""
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(code) from None


def kinds() -> tuple[Kind, ...]:
    """Return every kind that is registered, by code."""
    return tuple(_kinds[code] for code in sorted(_kinds))

"""What is announced about integrations: ids, names of keys and codes; never a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop
from backoffice.machines.states import REFUSAL_LABELS


@dataclass(frozen=True, kw_only=True)
class IntegrationRegistered(Event):
    """A machine may call the API from now on, once it has a key or a token."""

    name: ClassVar[str] = "machines.integration.registered"
    sentence: ClassVar[str] = noop("{actor} registered integration {user_id} with {scopes}")

    user_id: int
    scopes: str


@dataclass(frozen=True, kw_only=True)
class IntegrationChanged(Event):
    """What a machine may do, where from, or how often, was changed: before and after."""

    name: ClassVar[str] = "machines.integration.changed"
    sentence: ClassVar[str] = noop(
        "{actor} changed {field} of integration {user_id} from {before} to {after}"
    )

    user_id: int
    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class IntegrationSuspended(Event):
    """A machine is shut out at once, whatever it holds."""

    name: ClassVar[str] = "machines.integration.suspended"
    sentence: ClassVar[str] = noop("{actor} suspended integration {user_id}: {reason}")

    user_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class IntegrationReinstated(Event):
    """A machine may call again."""

    name: ClassVar[str] = "machines.integration.reinstated"
    sentence: ClassVar[str] = noop("{actor} let integration {user_id} in again")

    user_id: int


@dataclass(frozen=True, kw_only=True)
class TokenIssued(Event):
    """A token was made and shown once; its beginning names it."""

    name: ClassVar[str] = "machines.token.issued"
    sentence: ClassVar[str] = noop("{actor} issued token {token} to integration {user_id}")

    user_id: int
    token: str
    scopes: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """A token opens nothing any more."""

    name: ClassVar[str] = "machines.token.revoked"
    sentence: ClassVar[str] = noop("{actor} revoked token {token} of integration {user_id}")

    user_id: int
    token: str


@dataclass(frozen=True, kw_only=True)
class KeyAdded(Event):
    """A key with which a machine signs was added; the fingerprint is of what verifies it."""

    name: ClassVar[str] = "machines.key.added"
    sentence: ClassVar[str] = noop("{actor} added key {key_id} to integration {user_id}")

    user_id: int
    key_id: str
    algorithm: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class KeyRetired(Event):
    """Nothing that this key signs is believed any more."""

    name: ClassVar[str] = "machines.key.retired"
    sentence: ClassVar[str] = noop("{actor} retired key {key_id} of integration {user_id}")

    user_id: int
    key_id: str


@dataclass(frozen=True, kw_only=True)
class CallRefused(Event):
    """A call in a machine's name was refused; told once a minute for each reason."""

    name: ClassVar[str] = "machines.call.refused"
    sentence: ClassVar[str] = noop("A call of integration {user_id} was refused: {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"reason": REFUSAL_LABELS}

    user_id: int
    reason: str
    detail: str
    route: str

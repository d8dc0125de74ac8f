"""What is announced about clients: ids and codes, never names, addresses or numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop
from crm.states import CLIENT_STATUS_LABELS, CONTACT_LABELS, LOOK_LABELS


@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Event):
    """Somebody became known: as a lead, or as a client at once."""

    name: ClassVar[str] = "crm.client.registered"
    sentence: ClassVar[str] = noop("{actor} registered client {number} as {status}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"status": CLIENT_STATUS_LABELS}

    client_id: int
    number: int
    status: str
    legal_entity_id: int


@dataclass(frozen=True, kw_only=True)
class ClientUpdated(Event):
    """Data of a client were changed; which ones, not what they say."""

    name: ClassVar[str] = "crm.client.updated"
    sentence: ClassVar[str] = noop("{actor} changed {fields}")

    client_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class OwnerAssigned(Event):
    """A client was given to somebody, or to nobody."""

    name: ClassVar[str] = "crm.client.owner_assigned"
    sentence: ClassVar[str] = noop("{actor} gave the client from {before} to {after}")
    persons: ClassVar[tuple[str, ...]] = ("before", "after")

    client_id: int
    before: int | None
    after: int | None
    desk_id: int | None


@dataclass(frozen=True, kw_only=True)
class ClientStatusChanged(Event):
    """A client stands elsewhere now."""

    name: ClassVar[str] = "crm.client.status_changed"
    sentence: ClassVar[str] = noop("{actor} changed the status from {before} to {after}: {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "before": CLIENT_STATUS_LABELS,
        "after": CLIENT_STATUS_LABELS,
    }

    client_id: int
    before: str
    after: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class KycLevelChanged(Event):
    """A client's KYC level is another one: two people agreed."""

    name: ClassVar[str] = "crm.client.kyc_changed"
    sentence: ClassVar[str] = noop("{actor} changed the KYC level from {before} to {after}")

    client_id: int
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class ClientForgotten(Event):
    """A person's data were cleared for good."""

    name: ClassVar[str] = "crm.client.forgotten"
    sentence: ClassVar[str] = noop("{actor} erased the data of client {number}")

    client_id: int
    number: int


@dataclass(frozen=True, kw_only=True)
class ClientShown(Event):
    """One more person may see this client, until a day."""

    name: ClassVar[str] = "crm.grant.given"
    sentence: ClassVar[str] = noop("{actor} showed the client to {user_id} until {until}: {reason}")

    grant_id: int
    client_id: int
    user_id: int
    until: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class ClientShownNoMore(Event):
    """A single grant was ended before its day."""

    name: ClassVar[str] = "crm.grant.ended"
    sentence: ClassVar[str] = noop("{actor} stopped showing the client to {user_id}")

    grant_id: int
    client_id: int
    user_id: int


@dataclass(frozen=True, kw_only=True)
class ContactRevealed(Event):
    """Somebody who reads contacts masked asked to read one in full."""

    name: ClassVar[str] = "crm.contact.revealed"
    sentence: ClassVar[str] = noop("{actor} revealed the {field}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"field": CONTACT_LABELS}

    client_id: int
    field: str


@dataclass(frozen=True, kw_only=True)
class QuotaReached(Event):
    """An alarm: somebody had as many clients in a day as the house allows."""

    name: ClassVar[str] = "crm.quota.reached"
    sentence: ClassVar[str] = noop("{actor} reached the quota of the day: {most}, {kind}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": LOOK_LABELS}

    user_id: int
    kind: str
    most: int


@dataclass(frozen=True, kw_only=True)
class LetterWritten(Event):
    """A letter to a client is written, word for word; it goes out next."""

    name: ClassVar[str] = "crm.letter.written"
    sentence: ClassVar[str] = noop("A letter to the client is written ({code})")

    letter_id: int
    client_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class LetterSent(Event):
    """A letter went to a client; `words` is its subject."""

    name: ClassVar[str] = "crm.letter.sent"
    sentence: ClassVar[str] = noop("A letter went to the client: {words}")

    letter_id: int
    client_id: int
    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class LetterNotSent(Event):
    """A letter could go nowhere; it is kept all the same."""

    name: ClassVar[str] = "crm.letter.not_sent"
    sentence: ClassVar[str] = noop("A letter did not reach the client ({reason}): {words}")

    letter_id: int
    client_id: int
    code: str
    words: str
    reason: str

"""What is announced about clients: ids and codes, never names, addresses or numbers."""

from dataclasses import dataclass
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class ClientRegistered(Event):
    """Somebody became known: as a lead, or as a client at once."""

    name: ClassVar[str] = "crm.client.registered"
    sentence: ClassVar[str] = noop("{actor} registered client {number} as {status}")

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
    sentence: ClassVar[str] = noop("{actor} gave the client from staff {before} to staff {after}")

    client_id: int
    before: int | None
    after: int | None
    desk_id: int | None


@dataclass(frozen=True, kw_only=True)
class ClientStatusChanged(Event):
    """A client stands elsewhere now."""

    name: ClassVar[str] = "crm.client.status_changed"
    sentence: ClassVar[str] = noop("{actor} changed the status from {before} to {after}: {reason}")

    client_id: int
    before: str
    after: str
    reason: str

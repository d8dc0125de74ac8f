"""What the market announces. Events carry ids, codes and amounts, never a person's data."""

from dataclasses import dataclass
from typing import ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop


@dataclass(frozen=True, kw_only=True)
class ServerRegistered(Event):
    """A MetaTrader server was made known to us."""

    name: ClassVar[str] = "trading.server.registered"
    sentence: ClassVar[str] = "{actor} registered the MetaTrader server {code}"

    server_id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class AgentMoved(Event):
    """A server's agent is reached at another address."""

    name: ClassVar[str] = "trading.server.agent_moved"
    sentence: ClassVar[str] = noop("{actor} moved the agent of {code} to {agent_url}")

    server_id: int
    code: str
    agent_url: str


@dataclass(frozen=True, kw_only=True)
class AccountBound(Event):
    """A trading account was given to a client."""

    name: ClassVar[str] = "trading.account.bound"
    sentence: ClassVar[str] = "{actor} gave account {login} on {server} to client {client_id}"

    account_id: int
    server: str
    login: int
    client_id: int


@dataclass(frozen=True, kw_only=True)
class AccountUnbound(Event):
    """A trading account was taken from its client."""

    name: ClassVar[str] = "trading.account.unbound"
    sentence: ClassVar[str] = (
        "{actor} took account {login} on {server} from client {client_id}: {reason}"
    )

    account_id: int
    server: str
    login: int
    client_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class TicketVanished(Event):
    """An open ticket left its server without a closing record: MetaTrader's staff deleted it."""

    name: ClassVar[str] = "trading.ticket.vanished"
    sentence: ClassVar[str] = (
        "{actor} found that ticket {ticket} of account {login} was deleted on {server}"
    )

    account_id: int
    server: str
    login: int
    ticket: int
    command: int
    symbol: str
    volume_hundredths: int

"""What servers, owners and money commands announce: ids, codes and amounts, no personal data."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import OUTCOME_LABELS


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
class GroupsAssigned(Event):
    """Groups of a server were said to belong to a legal entity."""

    name: ClassVar[str] = "trading.server.groups_assigned"
    sentence: ClassVar[str] = noop(
        "{actor} gave the groups {groups} of {code} to legal entity {legal_entity_id}"
    )

    server_id: int
    code: str
    groups: str
    legal_entity_id: int


@dataclass(frozen=True, kw_only=True)
class SourceChosen(Event):
    """The mirror of a server is read from another source from now on."""

    name: ClassVar[str] = "trading.server.source_chosen"
    sentence: ClassVar[str] = noop("{actor} lets the mirror of {code} be read from its {source}")

    server_id: int
    code: str
    source: str


@dataclass(frozen=True, kw_only=True)
class JournalConfirmed(Event):
    """Two people vouch for what a lost journal of an agent knew; it sends again."""

    name: ClassVar[str] = "trading.server.journal_confirmed"
    sentence: ClassVar[str] = noop("{by} and {second} confirmed the new journal of {code}")

    server_id: int
    code: str
    journal_id: str
    by: str
    second: str


@dataclass(frozen=True, kw_only=True)
class AccountBound(Event):
    """A trading account was given to a client."""

    name: ClassVar[str] = "trading.account.bound"
    sentence: ClassVar[str] = noop("{actor} gave account {login} on {server} to its client")

    account_id: int
    server: str
    login: int
    client_id: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountUnbound(Event):
    """A trading account was taken from its client."""

    name: ClassVar[str] = "trading.account.unbound"
    sentence: ClassVar[str] = noop(
        "{actor} took account {login} on {server} from its client: {reason}"
    )

    account_id: int
    server: str
    login: int
    client_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountsBound(Event):
    """A bulk act gave accounts to clients; each account's own event says to whom."""

    name: ClassVar[str] = "trading.binding.made"
    sentence: ClassVar[str] = noop(
        "{actor} gave {given} of {asked} accounts to clients, {registered} of them registered now"
    )

    batch_id: int
    asked: int
    given: int
    registered: int


@dataclass(frozen=True, kw_only=True)
class AccountsUnboundAgain(Event):
    """A bulk act was undone within its five minutes."""

    name: ClassVar[str] = "trading.binding.undone"
    sentence: ClassVar[str] = noop(
        "{actor} undid a bulk binding: {taken} accounts taken back, {left} left as they are"
    )

    batch_id: int
    taken: int
    left: int


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


@dataclass(frozen=True, kw_only=True)
class MirrorVerified(Event):
    """Our whole copy of a server was compared with the server; `mended` rows were written anew."""

    name: ClassVar[str] = "trading.mirror.verified"
    sentence: ClassVar[str] = noop(
        "{actor} compared the mirror with {server}: {differences} differences, {mended} mended"
    )

    verification_id: int
    server: str
    differences: int
    mended: int


@dataclass(frozen=True, kw_only=True)
class SendingTermsSet(Event):
    """How long things take on a server was measured and set: money may be sent there."""

    name: ClassVar[str] = "trading.sending_terms.set"
    sentence: ClassVar[str] = noop(
        "{actor} set the sending terms of {server}: {deadline_ms}, {transport_delay_ms}, "
        "{clock_skew_ms} and {visibility_lag_ms} ms"
    )

    server_id: int
    server: str
    deadline_ms: int
    transport_delay_ms: int
    clock_skew_ms: int
    visibility_lag_ms: int


@dataclass(frozen=True, kw_only=True)
class OperationPlanned(Event):
    """A money command to MetaTrader was written down; nothing was sent yet."""

    name: ClassVar[str] = "trading.operation.planned"
    sentence: ClassVar[str] = noop("{actor} planned {amount} {currency} on account {login}")

    operation_id: int
    key: str
    account_id: int
    login: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class OperationConfirmed(Event):
    """MetaTrader applied the command, and its record was read back."""

    name: ClassVar[str] = "trading.operation.confirmed"
    sentence: ClassVar[str] = noop("MetaTrader booked {amount} {currency} under ticket {ticket}")

    operation_id: int
    key: str
    account_id: int
    ticket: int
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class OperationRefused(Event):
    """MetaTrader said a definite no."""

    name: ClassVar[str] = "trading.operation.refused"
    sentence: ClassVar[str] = noop("MetaTrader refused {amount} {currency}: {words} (code {code})")

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
    code: int
    words: str


@dataclass(frozen=True, kw_only=True)
class OperationUncertain(Event):
    """No clear answer came: the operation is being looked up."""

    name: ClassVar[str] = "trading.operation.uncertain"
    sentence: ClassVar[str] = noop("No clear answer on {amount} {currency}: {words}")

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
    words: str


@dataclass(frozen=True, kw_only=True)
class OperationAbsent(Event):
    """The attempt was proved never to have reached MetaTrader; the money has not moved."""

    name: ClassVar[str] = "trading.operation.absent"
    sentence: ClassVar[str] = noop("Attempt {attempt} never reached MetaTrader: {words}")

    operation_id: int
    key: str
    account_id: int
    attempt: int
    words: str


@dataclass(frozen=True, kw_only=True)
class OperationHandedOver(Event):
    """Machines cannot decide what became of the operation: a person has to."""

    name: ClassVar[str] = "trading.operation.handed_over"
    sentence: ClassVar[str] = noop("{amount} {currency} needs a person: {words}")

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
    words: str


@dataclass(frozen=True, kw_only=True)
class OperationContradicted(Event):
    """An answer arrived that cannot be true together with what stands: somebody has to look."""

    name: ClassVar[str] = "trading.operation.contradicted"
    sentence: ClassVar[str] = noop("Attempt {attempt} was answered late, and differently: {words}")

    operation_id: int
    key: str
    account_id: int
    attempt: int
    words: str


@dataclass(frozen=True, kw_only=True)
class OperationAbandoned(Event):
    """The command was given up while provably nothing of it was on its way."""

    name: ClassVar[str] = "trading.operation.abandoned"
    sentence: ClassVar[str] = noop(
        "{actor} gave {amount} {currency} up before it was sent: {words}"
    )

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
    words: str


@dataclass(frozen=True, kw_only=True)
class SettlementProposed(Event):
    """Somebody looked and says what became of a command; a second person has to agree."""

    name: ClassVar[str] = "trading.settlement.proposed"
    sentence: ClassVar[str] = noop(
        "{actor} proposed to settle {amount} {currency} by hand: {outcome} ({reason})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": OUTCOME_LABELS}

    operation_id: int
    key: str
    account_id: int
    settlement_id: int
    amount: Decimal
    currency: str
    outcome: str
    ticket: int | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettlementConfirmed(Event):
    """The second person agrees: what it says of the command is taken as the answer."""

    name: ClassVar[str] = "trading.settlement.confirmed"
    sentence: ClassVar[str] = noop("{actor} confirmed the settlement by hand: {outcome}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"outcome": OUTCOME_LABELS}

    operation_id: int
    key: str
    account_id: int
    settlement_id: int
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SettlementDeclined(Event):
    """The second person does not agree; the command waits for a person again."""

    name: ClassVar[str] = "trading.settlement.declined"
    sentence: ClassVar[str] = noop("{actor} declined the settlement by hand: {reason}")

    operation_id: int
    key: str
    account_id: int
    settlement_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class OperationFoundUnmoved(Event):
    """Two people agreed that nothing of the command moved; none of it can leave any more."""

    name: ClassVar[str] = "trading.operation.found_unmoved"
    sentence: ClassVar[str] = noop(
        "{actor} confirmed that {amount} {currency} did not move in MetaTrader: {words}"
    )

    operation_id: int
    key: str
    account_id: int
    amount: Decimal
    currency: str
    words: str

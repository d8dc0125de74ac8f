"""What is told about requests for approval. An act's own events tell what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backoffice.approvals.states import STANDING_LABELS, VERDICT_LABELS
from backoffice.core.events import Event
from backoffice.core.words import ACT_WORDS, noop


@dataclass(frozen=True, kw_only=True)
class ApprovalAsked(Event):
    """Somebody asked for a dangerous act; `seats` people have to agree, 0 when one may alone."""

    name: ClassVar[str] = "approvals.request.asked"
    sentence: ClassVar[str] = noop("{actor} asked for approval {request_id} ({kind}): {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": ACT_WORDS}

    request_id: int
    kind: str
    payload_digest: str
    seats: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ApprovalVoted(Event):
    """Somebody agreed or turned it down; `voids` earlier votes do not count any more by that."""

    name: ClassVar[str] = "approvals.request.voted"
    sentence: ClassVar[str] = noop("{actor}: {verdict} (approval {request_id}, {kind}) {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "verdict": VERDICT_LABELS,
        "kind": ACT_WORDS,
    }

    request_id: int
    kind: str
    verdict: str
    reason: str
    payload_digest: str
    facts_digest: str
    seat: int | None
    for_user_id: int | None
    voids: int
    proof: str = ""


@dataclass(frozen=True, kw_only=True)
class ApprovalGranted(Event):
    """Everybody who has to agree agreed, or nobody has to: it can be carried out now."""

    name: ClassVar[str] = "approvals.request.granted"
    sentence: ClassVar[str] = noop("Approval {request_id} ({kind}) is complete")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": ACT_WORDS}

    request_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ApprovalExecuted(Event):
    """What was approved was carried out, once."""

    name: ClassVar[str] = "approvals.request.executed"
    sentence: ClassVar[str] = noop("Approval {request_id} ({kind}) was carried out")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": ACT_WORDS}

    request_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ApprovalClosed(Event):
    """It ended without being carried out: taken back, expired, void; `reason` says why."""

    name: ClassVar[str] = "approvals.request.closed"
    sentence: ClassVar[str] = noop("Approval {request_id} ({kind}): {state}. {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "state": STANDING_LABELS,
        "kind": ACT_WORDS,
    }

    request_id: int
    kind: str
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PolicyChanged(Event):
    """Who has to agree to a kind of act was changed, by two people."""

    name: ClassVar[str] = "approvals.policy.changed"
    sentence: ClassVar[str] = noop("{actor} set version {version} of who agrees to {kind}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": ACT_WORDS}

    policy_id: int
    kind: str
    version: int
    request_id: int


@dataclass(frozen=True, kw_only=True)
class VoteDelegated(Event):
    """Somebody lets another vote in their place for a while."""

    name: ClassVar[str] = "approvals.delegation.made"
    sentence: ClassVar[str] = noop("{actor} lets staff {to_user_id} vote in their place: {reason}")

    delegation_id: int
    from_user_id: int
    to_user_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class DelegationEnded(Event):
    """They vote for themselves again."""

    name: ClassVar[str] = "approvals.delegation.ended"
    sentence: ClassVar[str] = noop("{actor} ended the delegation to staff {to_user_id}")

    delegation_id: int
    from_user_id: int
    to_user_id: int


@dataclass(frozen=True, kw_only=True)
class InterestNoted(Event):
    """A client record belongs to a member of staff, who does not decide about it."""

    name: ClassVar[str] = "approvals.interest.noted"
    sentence: ClassVar[str] = noop(
        "{actor} noted that client record {client_id} is staff {user_id}"
    )

    user_id: int
    client_id: int

"""What a person who has to settle a money command by hand needs to see, as far as we have it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trading.models import BalanceAttempt, HandSettlement
from trading.states import Ending, Outcome, Settling


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One attempt: when it was begun, what was answered, how far its absence was looked into."""

    number: int
    begun_at: datetime
    deadline_at: datetime
    answered_at: datetime | None
    ending: str
    code: int | None
    words: str
    closed_at: datetime | None
    first_looked_at: datetime | None
    journal_id: str

    @property
    def is_silent(self) -> bool:
        """Whether nobody heard an answer."""
        return self.ending in ("", Ending.SILENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementView:
    """One proposal to settle by hand, and what became of it."""

    settlement_id: int
    operation_id: int
    outcome: Outcome
    ticket: int | None
    reason: str
    state: Settling
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    declined_because: str
    seen: dict[str, Any]


def attempts_of(operation_id: int) -> tuple[AttemptView, ...]:
    """Return the attempts of an operation, the first one first."""
    fields = (
        "number", "begun_at", "deadline_at", "answered_at", "ending", "code", "words",
        "closed_at", "first_looked_at", "journal_id",
    )  # fmt: skip
    rows = BalanceAttempt.objects.filter(operation=operation_id).order_by("number")
    return tuple(AttemptView(**row) for row in rows.values(*fields))


def settlements_of(operation_id: int) -> tuple[SettlementView, ...]:
    """Return what was proposed for an operation, the newest first."""
    rows = HandSettlement.objects.filter(operation=operation_id).order_by("-id")
    return tuple(
        SettlementView(
            settlement_id=row.pk,
            operation_id=row.operation_id,
            outcome=Outcome(row.outcome),
            ticket=row.ticket,
            reason=row.reason,
            state=Settling(row.state),
            proposed_by=row.proposed_by,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            declined_because=row.declined_because,
            seen=row.seen,
        )
        for row in rows
    )

"""The stages of a transfer as the page draws them: asked, allowed, out, in; or out and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.terms import Transfer as State


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: its words, when it was reached, its ticket, and whether it is the next."""

    label: str
    at: datetime | None
    ticket: int | None = None
    is_next: bool = False

    @property
    def word(self) -> str:
        """How it stands, in a word: the badge of its family."""
        return "done" if self.at else ("next" if self.is_next else "open")


def of(transfer: Any) -> list[Stage]:
    """Return the stages in their order; those that cannot come any more are left out."""
    found = [
        Stage(label=_("Asked for"), at=transfer.requested_at),
        Stage(label=_("May go"), at=transfer.approved_at),
        Stage(label=_("Out of the source"), at=transfer.debited_at, ticket=transfer.debit_ticket),
        _second_leg(transfer),
    ]
    if State(transfer.state) in (State.REFUSED, State.REJECTED, State.CANCELLED):
        return [one for one in found if one.at]
    return _marked(found)


def _second_leg(transfer: Any) -> Stage:
    """Return the way into the target, or back into the source."""
    if transfer.return_because:
        back, ticket = transfer.returned_at, transfer.return_ticket
        return Stage(label=_("Back in the source"), at=back, ticket=ticket)
    into, ticket = transfer.credited_at, transfer.credit_ticket
    return Stage(label=_("Into the target"), at=into, ticket=ticket)


def _marked(found: list[Stage]) -> list[Stage]:
    """Mark the first stage that is not reached as the next."""
    first = next((one for one in found if not one.at), None)
    return [
        Stage(label=one.label, at=one.at, ticket=one.ticket, is_next=one is first) for one in found
    ]

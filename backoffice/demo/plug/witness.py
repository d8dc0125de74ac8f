"""What MetaTrader itself holds of a withdrawal, asked past the product; and what that proves."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from accounts.queries.in_flight import Flight
from accounts.states import Withdrawal
from backoffice.core.clock import now
from backoffice.demo.metatrader import Refused, Silent, Terminal
from trading.terms import TradeRecord

TICKET = [field.name for field in fields(TradeRecord)].index("ticket")
AROUND = timedelta(days=400)
#: After these MetaTrader must have moved once, or not at all; before, it is being found out.
ONCE = (
    Withdrawal.DEBITED,
    Withdrawal.SENT,
    Withdrawal.PAID,
    Withdrawal.RETURNING,
    Withdrawal.RETURNED,
)
NEVER = (Withdrawal.REJECTED, Withdrawal.CANCELLED, Withdrawal.REFUSED)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The tickets that carry the markers of one withdrawal: its debits, and its returns."""

    debits: tuple[int, ...]
    returns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the evidence says beside the state: `mark` is a word of the page, `is_right` or open."""

    mark: str  # once, never, open, away, wrong
    tickets: tuple[int, ...] = ()


def evidence_of(metatrader: Path, flights: Iterable[Flight]) -> dict[int, Evidence] | None:
    """Ask MetaTrader for the records of these withdrawals; None when it does not answer."""
    wanted = list(flights)
    if not wanted:
        return {}
    start, end = (f"{now() + way:%Y-%m-%dT%H:%M:%SZ}" for way in (-AROUND, AROUND))
    found: dict[int, Evidence] = {}
    try:
        with Terminal(metatrader) as terminal:
            for flight in wanted:
                debits, returns = (
                    tuple(
                        ticket
                        for one in leg
                        for ticket in tickets_of(
                            terminal.ask("find_marker", marker=one.marker, start=start, end=end)
                        )
                    )
                    for leg in (flight.debits, flight.returns)
                )
                found[flight.payment.pk] = Evidence(debits, returns)
    except (Silent, Refused):
        return None
    return found


def tickets_of(lines: str) -> list[int]:
    """Return the tickets of records that came as lines: fields between tabs, in their order."""
    return [int(line.split("\t")[TICKET]) for line in lines.split("\n") if line]


def proof_of(flight: Flight, evidence: Evidence | None) -> Proof:
    """Say whether MetaTrader moved exactly once, or not at all, as the state of it claims."""
    if evidence is None:
        return Proof("away")
    state = Withdrawal(flight.payment.state)
    debits, returns = evidence.debits, evidence.returns
    if len(debits) > 1 or len(returns) > 1:
        return Proof("wrong", (*debits, *returns))
    if state in ONCE:
        same = debits == (flight.payment.ticket,)
        whole = state is not Withdrawal.RETURNED or returns == (flight.payment.return_ticket,)
        return Proof("once" if same and whole else "wrong", debits)
    if state in NEVER:
        return Proof("wrong" if debits else "never", debits)
    return Proof("open", debits)

"""Words of disputes: a client calls card money back, or may; reference/workflows.md, section 7."""

from enum import StrEnum

from backoffice.core.states import Workflow
from backoffice.core.words import noop


class Dispute(StrEnum):
    """Where a dispute case stands."""

    SUSPECTED = "SUSPECTED"
    CLEARED = "CLEARED"
    OPENED = "OPENED"
    EVIDENCE_SENT = "EVIDENCE_SENT"
    WON = "WON"
    LOST = "LOST"
    ACCEPTED = "ACCEPTED"


DISPUTE_LABELS: dict[str, str] = {
    Dispute.SUSPECTED: noop("Suspected"),
    Dispute.CLEARED: noop("Cleared"),
    Dispute.OPENED: noop("Opened, to be answered"),
    Dispute.EVIDENCE_SENT: noop("Evidence sent"),
    Dispute.WON: noop("Won"),
    Dispute.LOST: noop("Lost"),
    Dispute.ACCEPTED: noop("Accepted"),
}
#: The provider waits for us, or we for the provider.
DISPUTED = (Dispute.OPENED, Dispute.EVIDENCE_SENT)
#: The money is the client's bank's again.
TAKEN = (Dispute.LOST, Dispute.ACCEPTED)
DISPUTE_FINAL = frozenset({Dispute.CLEARED, Dispute.WON, *TAKEN})

DISPUTE: Workflow[Dispute] = Workflow(
    name="dispute",
    moves={
        (Dispute.SUSPECTED, "clear"): Dispute.CLEARED,
        (Dispute.SUSPECTED, "open"): Dispute.OPENED,
        (Dispute.OPENED, "send_evidence"): Dispute.EVIDENCE_SENT,
        (Dispute.OPENED, "accept"): Dispute.ACCEPTED,
        (Dispute.EVIDENCE_SENT, "win"): Dispute.WON,
        (Dispute.EVIDENCE_SENT, "lose"): Dispute.LOST,
    },
)

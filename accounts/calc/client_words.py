"""What a client reads where staff read the state: the same stage, in the client's words. Pure.

Internal reasons never stand here: what staff write for themselves stays in the house. The states
and words are those of docs/decisions/0029-personal-area.md (reference/workflows.md 1.4 and 5.2).
"""

from collections.abc import Mapping

from accounts.states import Withdrawal
from accounts.terms import Deposit, Transfer
from backoffice.core.words import noop

WITHDRAWAL_READS: Mapping[str, str] = {
    Withdrawal.REQUESTED: noop("Received"),
    Withdrawal.WAITING_CLIENT: noop("We need something from you"),
    Withdrawal.APPROVED: noop("Approved"),
    Withdrawal.DEBITED: noop("In payment"),
    Withdrawal.SENT: noop("In payment"),
    Withdrawal.PAID: noop("Paid"),
    Withdrawal.REJECTED: noop("Rejected"),
    Withdrawal.CANCELLED: noop("Cancelled"),
    Withdrawal.REFUSED: noop("Could not be carried out"),
    Withdrawal.UNCERTAIN: noop("Being confirmed"),
    Withdrawal.RETURNING: noop("Being returned"),
    Withdrawal.RETURNED: noop("Returned to your account"),
}
DEPOSIT_READS: Mapping[str, str] = {
    Deposit.STARTED: noop("Started"),
    Deposit.PARKED: noop("Waits until we know you"),
    Deposit.PENDING: noop("We wait for your payment"),
    Deposit.RECEIVED: noop("Received"),
    Deposit.IN_REVIEW: noop("Received, we are checking it"),
    Deposit.CREDITED: noop("On your account"),
    Deposit.UNCERTAIN: noop("Being confirmed"),
    Deposit.FAILED: noop("Declined by the payment provider"),
    Deposit.REJECTED: noop("We found no such payment"),
    Deposit.EXPIRED: noop("Expired, nothing came"),
    Deposit.CANCELLED: noop("Cancelled"),
    Deposit.RETURNING: noop("Being sent back to you"),
    Deposit.RETURNED: noop("Sent back to you"),
    Deposit.CHARGED_BACK: noop("Taken back by your bank or card"),
}
#: What it means for the client, where the word alone does not say it.
DEPOSIT_SAYS: Mapping[str, str] = {
    Deposit.IN_REVIEW: noop("There is nothing for you to do: we write to you."),
    Deposit.UNCERTAIN: noop(
        "The trading server has not confirmed it yet. We look it up; your money is safe."
    ),
    Deposit.FAILED: noop("Nothing was charged. You can try again, or pay in another way."),
    Deposit.REJECTED: noop("If you have paid, send us the proof of it."),
    Deposit.EXPIRED: noop("If you have paid, we look at the money as soon as it arrives."),
    Deposit.CHARGED_BACK: noop(
        "The payment was called back from us, so the amount goes off your account again."
    ),
}
TRANSFER_SAYS: Mapping[str, str] = {
    Transfer.REQUESTED: noop("The amount is set aside; we write to you when it is decided."),
    Transfer.REVERSING: noop("It could not arrive, so it goes back to where it came from."),
    Transfer.REVERSED: noop("It could not arrive. The amount is where it came from."),
    Transfer.REFUSED: noop("Nothing has left: the amount is where it was."),
    Transfer.REJECTED: noop("We cannot carry it out. The amount is free again."),
    Transfer.CANCELLED: noop("The amount is free again."),
    Transfer.UNCERTAIN: noop(
        "The trading server has not confirmed it yet. We look it up; your money is safe."
    ),
}
TRANSFER_READS: Mapping[str, str] = {
    Transfer.REQUESTED: noop("Received"),
    Transfer.APPROVED: noop("On its way"),
    Transfer.IN_TRANSIT: noop("On its way"),
    Transfer.DONE: noop("Done"),
    Transfer.REVERSING: noop("Going back"),
    Transfer.REVERSED: noop("Back where it came from"),
    Transfer.REFUSED: noop("Could not be carried out"),
    Transfer.REJECTED: noop("Rejected"),
    Transfer.CANCELLED: noop("Cancelled"),
    Transfer.UNCERTAIN: noop("Being confirmed"),
}


def withdrawal_reads(*, from_wallet: bool) -> Mapping[str, str]:
    """Return what is read of a withdrawal's states, out of an account or out of a wallet."""
    if not from_wallet:
        return WITHDRAWAL_READS
    return {**WITHDRAWAL_READS, Withdrawal.RETURNED: noop("Back in your wallet")}

"""What one may do with money."""

from backoffice.core.permissions import Permission
from backoffice.core.words import noop

SEE_PAYMENT_METHODS = Permission(
    "accounts.payment_method.view", noop("See payment methods"), for_machines=True
)
SEE_PAYMENTS = Permission("accounts.payment.view", noop("See payments"), for_machines=True)
SEE_BOOKS = Permission(
    "accounts.books.view", noop("See the books, and what differs from MetaTrader")
)
REQUEST_WITHDRAWAL = Permission(
    "accounts.withdrawal.request",
    noop("Ask for a withdrawal for a client, and take it back"),
    for_machines=True,
    for_clients=True,
)
APPROVE_WITHDRAWAL = Permission(
    "accounts.withdrawal.approve", noop("Approve and reject withdrawals that others asked for")
)
APPROVE_RED = Permission(
    "accounts.withdrawal.approve_red", noop("Approve a withdrawal although a check is red")
)
SEND_PAYOUT = Permission("accounts.payout.send", noop("Record that a payout was sent"))
CONFIRM_PAYOUT = Permission(
    "accounts.payout.confirm", noop("Confirm payouts that others recorded as sent")
)
PROPOSE_TERMS = Permission(
    "accounts.method_terms.propose",
    noop("Propose limits, fees and the promise of a payment method"),
)
DECIDE_TERMS = Permission(
    "accounts.method_terms.decide",
    noop("Decide about limits, fees and promises that others proposed"),
)
RECORD_HANDOVER = Permission(
    "accounts.handover.record",
    noop("Record money that people hand over or see on a chain, and what a screening found"),
)
RETURN_PAYOUT = Permission("accounts.payout.return", noop("Return a payout to the trading account"))
START_DEPOSIT = Permission(
    "accounts.deposit.start",
    noop("Begin a deposit for a client, and take it back"),
    for_machines=True,
    for_clients=True,
)
DECIDE_DEPOSIT = Permission(
    "accounts.deposit.decide", noop("Decide about deposits that a rule stopped for a person")
)
SEE_BANK = Permission("accounts.bank.view", noop("See bank accounts, their statements and rows"))
IMPORT_STATEMENTS = Permission(
    "accounts.bank.import",
    noop("Import statements of the house's bank accounts, and settlements of its providers"),
)
BIND_WIRES = Permission(
    "accounts.bank.bind", noop("Say what a row of the bank was for, and take that back")
)
AGREE_WIRES = Permission(
    "accounts.bank.agree", noop("Agree, as the second person, to what a row of the bank is for")
)
REQUEST_TRANSFER = Permission(
    "accounts.transfer.request",
    noop("Ask for a transfer for a client, and take it back"),
    for_machines=True,
    for_clients=True,
)
DECIDE_TRANSFER = Permission(
    "accounts.transfer.decide", noop("Approve and reject transfers to other clients")
)
RETURN_TRANSFER = Permission(
    "accounts.transfer.return",
    noop("Send back a transfer that does not arrive, or allow that"),
)
SETTLE_DIFFERENCES = Permission(
    "accounts.difference.settle",
    noop("Propose what becomes of a difference from MetaTrader, and agree to others' proposals"),
)
ASK_ADJUSTMENT = Permission(
    "accounts.adjustment.ask", noop("Ask for corrections, credits and reversals on an account")
)
HANDLE_DISPUTES = Permission(
    "accounts.dispute.handle", noop("Open, answer and end disputes about card money")
)
DECIDE_ADJUSTMENT = Permission(
    "accounts.adjustment.decide", noop("Decide about corrections, credits and reversals of others")
)
SEE_BULK = Permission("accounts.bulk.view", noop("See bulk files of balance operations"))
PREPARE_BULK = Permission(
    "accounts.bulk.prepare", noop("Hand in bulk files, ask for their approval, pause and resume")
)
APPROVE_BULK = Permission("accounts.bulk.approve", noop("Approve bulk files that others handed in"))

"""What is kept about money."""

from accounts.models.adjustment import Adjustment
from accounts.models.bank import BankAccount, BankFile, BankRow, BankStatement, BankUse
from accounts.models.books import (
    AccountBooks,
    BookedTicket,
    Discrepancy,
    PastMovement,
    ReconciledDay,
    ResultDay,
)
from accounts.models.bulk import BulkFile, BulkRow
from accounts.models.callback import ProviderCallback
from accounts.models.deposit import Deposit, DepositOperation
from accounts.models.dispute import Dispute
from accounts.models.evidence import ChainMove, Handover, PaymentCheck
from accounts.models.ledger import Entry, LedgerAccount, LedgerBalance, Posting
from accounts.models.payment import Payment, PaymentOperation
from accounts.models.payment_method import MethodTerms, PaymentMethod
from accounts.models.settlement import SettlementFile, SettlementLine
from accounts.models.transfer import Transfer, TransferOperation

__all__ = [
    "AccountBooks",
    "Adjustment",
    "BankAccount",
    "BankFile",
    "BankRow",
    "BankStatement",
    "BankUse",
    "BookedTicket",
    "BulkFile",
    "BulkRow",
    "ChainMove",
    "Deposit",
    "DepositOperation",
    "Discrepancy",
    "Dispute",
    "Entry",
    "Handover",
    "LedgerAccount",
    "LedgerBalance",
    "MethodTerms",
    "PastMovement",
    "Payment",
    "PaymentCheck",
    "PaymentMethod",
    "PaymentOperation",
    "Posting",
    "ProviderCallback",
    "ReconciledDay",
    "ResultDay",
    "SettlementFile",
    "SettlementLine",
    "Transfer",
    "TransferOperation",
]

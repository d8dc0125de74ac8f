"""What is kept about money."""

from accounts.models.ledger import Entry, LedgerAccount, LedgerBalance, Posting
from accounts.models.payment_method import PaymentMethod

__all__ = ["Entry", "LedgerAccount", "LedgerBalance", "PaymentMethod", "Posting"]

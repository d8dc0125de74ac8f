"""What the bank's statement shows of a payout or a deposit: a block of their pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.permissions import SEE_PAYMENTS
from accounts.queries import deposits, payments
from accounts.queries.bank import rows, targets
from backoffice.ui.shapes import Panel


class OfPayment(Panel):
    """The bank's rows of a payout: the evidence for whoever confirms it."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_bank_evidence.html"
    styles = ("css/pages/payments.css", "css/pages/bank.css")
    title = _("At the bank")

    def record(self, pk: int) -> Any:
        """Return the payment, or 404 when absent or out of reach."""
        return payments.get_payment_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the rows that are bound to it."""
        return {"uses": rows.uses_of_payment(record.pk), "told": None}


class OfDeposit(Panel):
    """What the client of a wire is told to pay to, and the bank's row once it came."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_bank_evidence.html"
    styles = ("css/pages/payments.css", "css/pages/bank.css")
    title = _("At the bank")

    def record(self, pk: int) -> Any:
        """Return the deposit, or 404 when absent or out of reach."""
        return deposits.get_deposit_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the instructions while it is awaited, and the rows that are bound to it."""
        told = targets.instructions_for(record)
        return {"uses": rows.uses_of_deposit(record.pk), "told": told}

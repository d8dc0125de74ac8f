"""What stands on the clearing accounts: a block of the page of differences."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.permissions import SEE_BOOKS
from accounts.queries.settlement import clearing
from backoffice.ui.shapes import Panel


class Clearing(Panel):
    """Each provider's clearing account, its age, what is held back, and its last settlement."""

    permission = SEE_BOOKS
    fragment_name = "accounts/_clearing.html"
    styles = ("css/pages/payments.css", "css/pages/bulk.css")
    title = gettext_lazy("Clearing of providers")

    def record(self) -> Any:
        """Return how they stand."""
        return clearing.standings_for(self.request.user, self.now)

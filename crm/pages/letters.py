"""The letters that went to a client, word for word."""

from typing import Any

from backoffice.ui.shapes import DetailPage
from crm.permissions import SEE_CLIENTS
from crm.queries import clients, letters


class LetterList(DetailPage):
    """What was written to one client, when, and whether it went out."""

    permission = SEE_CLIENTS
    template_name = "crm/letter_list.html"

    def record(self, pk: int) -> Any:
        """Return the client, or 404."""
        return clients.get_client_for(self.request.user, pk)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the letters, the newest first."""
        return {"letters": list(letters.list_letters_for(self.request.user, record.pk))}

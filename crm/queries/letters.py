"""Letters that went to a client: for staff who may see the client."""

from typing import Any

from django.db.models import QuerySet

from backoffice.core import access
from crm.models import ClientLetter
from crm.permissions import SEE_CLIENTS

LATEST = 100


def list_letters_for(user: Any, client_id: int) -> QuerySet[ClientLetter]:
    """Return the letters to a client in reach, the newest first; none for a client out of reach."""
    letters = ClientLetter.objects.filter(client_id=client_id).order_by("-id")
    return access.restrict(letters, user, SEE_CLIENTS)[:LATEST]

"""One client, for the rooms that stand on this one: no page, so nobody's reach narrows it."""

from typing import Any

from backoffice.core import access
from backoffice.core.compiled import Question
from crm.models import Client

CLIENT = Question(
    lambda client_id: Client.objects.filter(pk=client_id).select_related("legal_entity"), int
)


def get_client(client_id: int) -> Client | None:
    """Return a client with the legal entity that serves them, or None."""
    return CLIENT.first(client_id)


def is_in_reach(user: Any, permission: object, client_id: int) -> bool:
    """Say whether a permission of the user reaches this client."""
    within = access.restrict(Client.objects.filter(pk=client_id), user, permission)
    return within.exists()

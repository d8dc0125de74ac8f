"""One client, for the rooms that stand on this one: no page, so nobody's reach narrows it."""

from typing import Any

from django.db.models import Q

from backoffice.core import access
from backoffice.core.access import Level, Reach
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


def requests_in_reach(user: Any, permission: object) -> Q | None:
    """Return the condition on records with a `client_id` that the user's reach sets; None: all."""
    if user.reach(str(permission)) == Reach(Level.ALL, user.pk):
        return None
    clients = access.restrict(Client.objects.all(), user, permission)
    return Q(client_id__in=clients.order_by().values("pk"))

"""One client, for the rooms that stand on this one: no page, so nobody's reach narrows it."""

from typing import Any

from django.db.models import Q

from backoffice.core import access
from backoffice.core.access import Level, Reach
from backoffice.core.compiled import Question
from crm.calc.contacts import SHORTEST_PHONE, TAIL
from crm.models import Client

#: For who decides about money: name, KYC level, tags, when the contacts changed, how many other
#: clients have the same e-mail or phone; a column for a statement that asks about %(client)s.
CHECKED = f"""(SELECT json_build_array(
    c.full_name, c.kyc_level, c.tags, c.contact_changed_at,
    (SELECT count(*) FROM crm_client o WHERE o.email = c.email AND o.email <> '' AND o.id <> c.id),
    (SELECT count(*) FROM crm_client o
      WHERE right(o.phone_digits, {TAIL}) = right(c.phone_digits, {TAIL})
        AND ltrim(o.phone_digits, '0') = ltrim(c.phone_digits, '0')
        AND length(c.phone_digits) >= {SHORTEST_PHONE} AND o.id <> c.id))::text
  FROM crm_client c WHERE c.id = %(client)s)"""  # noqa: S608 - nothing in it is asked
#: The legal entity that serves %(client)s, as a column.
ENTITY = "(SELECT c.legal_entity_id FROM crm_client c WHERE c.id = %(client)s)"
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

"""Inviting a client to the personal area: their sign-in takes name and address from the record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import access, locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.actions import clients as sign_ins
from backoffice.identity.queries import people
from crm.actions.letters import language_of
from crm.models import Client
from crm.permissions import EDIT_CLIENTS
from crm.states import ClientStatus

NOT_SERVED = (ClientStatus.LEAD, ClientStatus.BLOCKED, ClientStatus.CLOSED)


class NotInvited(Rejected):
    """This client is not served, or is out of reach."""


@transaction.atomic
def invite_client(*, client_id: int, actor: Actor, now: datetime) -> None:
    """Give a client a sign-in, or a new link to their password; the letter goes to their address.

    Raises NotInvited, AddressTaken, Rejected without an e-mail address.
    """
    client = locks.rows(Client.objects.filter(pk=client_id)).get()
    if not _may(actor, client):
        raise NotInvited(_("You may not invite this client."))
    if client.status in NOT_SERVED:
        raise NotInvited(_("Only clients whom we serve are invited."))
    invited = sign_ins.Invited(
        client_id=client.pk,
        email=client.email,
        full_name=client.full_name[:120],
        language=language_of(client),
        timezone=client.timezone or "UTC",
    )
    sign_ins.invite_client(invited=invited, actor=actor, now=now)


def _may(actor: Actor, client: Client) -> bool:
    if actor.kind == "system":
        return True
    user = people.find_acting(actor)
    return user is not None and access.reaches(client, user, EDIT_CLIENTS)

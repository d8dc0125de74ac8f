"""Single grants: one client shown to one more person, for a reason and until a day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import live, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from crm.events import ClientShown, ClientShownNoMore
from crm.models import Client, ClientGrant
from crm.queries import grants

LONGEST = timedelta(days=90)


class NotGrantable(Rejected):
    """Nobody grants themselves; only who works here gets anything; no grant is for ever."""


class ShownAlready(Conflict):
    """The client is shown to this person already."""


class EndedAlready(Conflict):
    """The grant has ended."""


@transaction.atomic
def show_client(
    *, client_id: int, user_id: int, until: datetime, reason: str, actor: Actor, now: datetime
) -> ClientGrant:
    """Let one more person see a client, with whatever their roles allow them at all.

    Raises NotGrantable and ShownAlready.
    """
    if actor == Actor.staff(user_id):
        raise NotGrantable(_("Nobody shows a client to themselves."))
    if not now < until <= now + LONGEST:
        raise NotGrantable(_("A single grant ends within 90 days."))
    if people.get_staff(user_id) is None:
        raise NotGrantable(_("Only active staff can be shown a client."))
    client = locks.rows(Client.objects.filter(pk=client_id)).get()
    standing = ClientGrant.objects.filter(content_object=client, user_id=user_id, ended_at=None)
    for old in locks.rows(standing):
        if old.expires_at > now:
            raise ShownAlready(_("This client is shown to that person already."))
        _close(old, Actor.system("clock"), now)
    grant = ClientGrant.objects.create(
        content_object=client,
        user_id=user_id,
        permission=grants.permission_to_see(),
        reason=reason.strip(),
        granted_by=str(actor),
        granted_at=now,
        expires_at=until,
    )
    told = ClientShown(
        grant_id=grant.pk, client_id=client_id, user_id=user_id, until=until, reason=grant.reason
    )
    subjects = [("client", client_id), ("user", user_id)]
    outbox.emit(told, actor=actor, subjects=subjects, now=now)
    return grant


@transaction.atomic
def stop_showing(*, grant_id: int, actor: Actor, now: datetime) -> ClientGrant:
    """End a single grant at once, open sockets included; EndedAlready."""
    grant = locks.rows(ClientGrant.objects.filter(pk=grant_id)).get()
    if grant.ended_at is not None:
        raise EndedAlready(_("This grant has ended already."))
    _close(grant, actor, now)
    told = ClientShownNoMore(
        grant_id=grant.pk, client_id=grant.content_object_id, user_id=grant.user_id
    )
    subjects = [("client", grant.content_object_id), ("user", grant.user_id)]
    outbox.emit(told, actor=actor, subjects=subjects, now=now)
    live.revoke(grant.user_id)
    return grant


def _close(grant: ClientGrant, actor: Actor, now: datetime) -> None:
    grant.ended_by, grant.ended_at = str(actor), now
    grant.save(update_fields=["ended_by", "ended_at"])

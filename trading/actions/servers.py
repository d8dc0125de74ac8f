"""Which MetaTrader servers we know."""

import zoneinfo
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from trading.events import (
    AgentMoved,
    GroupsAssigned,
    ServerRegistered,
    SourceChosen,
    WritingChosen,
)
from trading.models import Group, Server, ServerState
from trading.states import Source


class ServerKnown(Conflict):
    """A server of this code is registered."""


class NoSuchGroup(Rejected):
    """The mask fits no group of the server."""


class BadServer(Rejected):
    """The server's particulars cannot be right."""


def register_server(
    *,
    code: str,
    name: str,
    kind: str,
    timezone: str,
    actor: Actor,
    now: datetime,
    agent_url: str = "",
) -> Server:
    """Make a MetaTrader server known; the feed and the mirror take it up within seconds.

    `timezone` is an IANA name, `agent_url` http(s)://host:port. Without one the mirror is read from
    the server's SQL replica, whose address MT4_REPLICAS holds. The legal entity of what happens on
    it is said by its groups.
    """
    _check_timezone(timezone)
    source = Source.AGENT if agent_url else Source.REPLICA
    if source is Source.AGENT:
        _check_address(agent_url)
    else:
        _check_replica(code)
    with transaction.atomic():
        if Server.objects.filter(code=code).exists():
            raise ServerKnown(_("A server with the code %(code)s is registered.") % {"code": code})
        server = Server.objects.create(
            code=code,
            name=name,
            kind=kind,
            timezone=timezone,
            source=source,
            agent_url=agent_url,
        )
        ServerState.objects.create(server=server, status_since=now)
        outbox.emit(
            ServerRegistered(server_id=server.pk, code=code),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )
    return server


def move_agent(*, server_id: int, agent_url: str, actor: Actor, now: datetime) -> Server:
    """Say where a server's agent listens now. The feed follows within seconds."""
    _check_address(agent_url)
    with transaction.atomic():
        server = Server.objects.select_for_update(no_key=True).get(pk=server_id)
        if server.agent_url == agent_url:
            return server
        server.agent_url = agent_url
        server.save(update_fields=["agent_url"])
        outbox.emit(
            AgentMoved(server_id=server.pk, code=server.code, agent_url=agent_url),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )
    return server


def assign_groups(
    *, server_id: int, mask: str, legal_entity_id: int, actor: Actor, now: datetime
) -> int:
    """Say which legal entity the groups of a mask (`real*`) belong to; return how many changed.

    NoSuchGroup when the mask fits none.
    """
    with transaction.atomic():
        groups = locks.rows(Group.objects.filter(server_id=server_id).select_related("server"))
        fitting = [one for one in groups if fnmatchcase(one.name.lower(), mask.lower())]
        if not fitting:
            raise NoSuchGroup(_("No group is called %(mask)s there.") % {"mask": mask})
        changed = [one for one in fitting if one.legal_entity_id != legal_entity_id]
        if not changed:
            return 0
        Group.objects.filter(pk__in=[one.pk for one in changed]).update(
            legal_entity_id=legal_entity_id
        )
        event = GroupsAssigned(
            server_id=server_id,
            code=changed[0].server.code,
            groups=", ".join(sorted(one.name for one in changed)),
            legal_entity_id=legal_entity_id,
        )
        outbox.emit(event, actor=actor, subjects=[("server", server_id)], now=now)
    return len(changed)


def choose_source(*, server_id: int, source: Source, actor: Actor, now: datetime) -> Server:
    """Read a server's mirror from its agent or from its SQL replica from now on.

    The next passes read everything anew, for the two count their changes apart.
    """
    with transaction.atomic():
        server = Server.objects.select_for_update(no_key=True).get(pk=server_id)
        if server.source == source:
            return server
        if source is Source.AGENT and not server.agent_url:
            sentence = _("%(code)s has no agent's address: register it first (move_agent).")
            raise BadServer(sentence % {"code": server.code})
        if source is Source.REPLICA:
            _check_replica(server.code)
        server.source = source
        server.save(update_fields=["source"])
        ServerState.objects.filter(pk=server_id).update(
            users_stamp=0, users_page="", trades_stamp=0, trades_page=""
        )
        outbox.emit(
            SourceChosen(server_id=server.pk, code=server.code, source=source),
            actor=actor,
            subjects=[("server", server.pk)],
            now=now,
        )
    return server


@transaction.atomic
def choose_writing(
    *, server_id: int, by_hand: bool, reason: str, actor: Actor, now: datetime
) -> Server:
    """Say whether we write balances on a server ourselves, or people book them in the MT4 Manager.

    What waits for a person already stays with people: nothing of it is ever sent. The actor's
    right is the door's to see. BadServer without a reason.
    """
    words = reason.strip()[:300]
    if not words:
        raise BadServer(_("Say why."))
    server = Server.objects.select_for_update(no_key=True).get(pk=server_id)
    if server.writes_by_hand == by_hand:
        return server
    if not by_hand and server.source == Source.REPLICA:
        raise BadServer(_("It is read from a SQL replica, which takes no command."))
    server.writes_by_hand = by_hand
    server.save(update_fields=["writes_by_hand"])
    told = "by hand" if by_hand else "by us"
    event = WritingChosen(server_id=server.pk, code=server.code, how=told, reason=words)
    outbox.emit(event, actor=actor, subjects=[("server", server.pk)], now=now)
    return server


def _check_replica(code: str) -> None:
    if code not in settings.MT4_REPLICAS:
        sentence = _(
            "MT4_REPLICAS holds no address for %(code)s; add"
            " %(code)s=mysql://user:password@host:3306/database, or give an agent's address."
        )
        raise BadServer(sentence % {"code": code})


def _check_timezone(timezone: str) -> None:
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise BadServer(
            _("%(zone)s is no time zone; write one such as Europe/Nicosia.") % {"zone": timezone}
        ) from None


def _check_address(agent_url: str) -> None:
    address = urlsplit(agent_url)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise BadServer(
            _("%(url)s is no address of an agent; write one such as https://host:8443.")
            % {"url": agent_url}
        )

"""Which MetaTrader servers we know."""

import zoneinfo
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from trading.events import AgentMoved, GroupsAssigned, ServerRegistered
from trading.models import Group, Server, ServerState


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
    agent_url: str,
    actor: Actor,
    now: datetime,
) -> Server:
    """Make a MetaTrader server known; the feed and the mirror take it up within seconds.

    `timezone` is an IANA name, `agent_url` http(s)://host:port. The legal entity of what happens on
    it is said by its groups.
    """
    _check_timezone(timezone)
    _check_address(agent_url)
    with transaction.atomic():
        if Server.objects.filter(code=code).exists():
            raise ServerKnown(_("A server with the code %(code)s is registered.") % {"code": code})
        server = Server.objects.create(
            code=code, name=name, kind=kind, timezone=timezone, agent_url=agent_url
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

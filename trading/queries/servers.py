"""MetaTrader servers: which there are, and how fresh what we know of them is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.core import clock, live
from backoffice.core.access import Reaching, restrict
from trading.models import Server, ServerState, Verification
from trading.permissions import VIEW_SERVERS
from trading.queries import frames
from trading.states import LiveStatus, ServerStatus, Source

#: The feed beats once a second.
HEARTBEAT_AT_MOST = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How fresh one server is: its mirror (status, since, synced), and its live feed.

    `live_at` is the moment of the latest message from the server, None when the feed never spoke.
    `has_feed`: false of a server that is read from its SQL replica, which has none to be away.
    """

    server_id: int
    code: str
    name: str
    kind: str
    topic: str
    status: str
    reason: str
    status_since: datetime | None
    synced_at: datetime | None
    accounts_held: int
    tickets_held: int
    repaired: int
    live_status: str
    live_reason: str
    live_at: datetime | None
    has_feed: bool


def active_server_ids() -> list[int]:
    """Return the keys of the servers that are mirrored, in order."""
    servers = Server.objects.filter(is_active=True)
    return list(servers.order_by("id").values_list("id", flat=True))


def server_ids() -> dict[str, int]:
    """Return the keys of all servers by code."""
    return dict(Server.objects.values_list("code", "id"))


def asked_server_ids(code: str | None) -> list[int]:
    """Return the key of the server of this code, or of every active one; LookupError for none."""
    if code is None:
        return active_server_ids()
    found = list(Server.objects.filter(code=code).values_list("id", flat=True))
    if not found:
        known = ", ".join(Server.objects.order_by("code").values_list("code", flat=True))
        raise LookupError(
            _("There is no server %(code)s; there are: %(known)s.")
            % {"code": code, "known": known or _("none")}
        )
    return found


def code_of(server_id: int) -> str:
    """Return the code of a server."""
    return Server.objects.values_list("code", flat=True).get(pk=server_id)


def last_verifications() -> dict[int, Verification]:
    """Return the latest verification of each server, by the server's key."""
    latest = Verification.objects.order_by("server_id", "-started_at", "-id")
    return {one.server_id: one for one in latest.distinct("server_id")}


def list_servers_for(user: Reaching) -> QuerySet[Server]:
    """Return the servers, with their states, by code."""
    servers = restrict(Server.objects.all(), user, VIEW_SERVERS)
    return servers.select_related("state", "legal_entity").order_by("code")


def list_freshness() -> list[Freshness]:
    """Return how fresh every active server is: for the footer, which everybody sees."""
    servers = Server.objects.filter(is_active=True).select_related("state").order_by("code")
    rows, now = list(servers), clock.now()
    heartbeats = frames.latest(live.server(server.pk) for server in rows)
    return [_freshness(server, heartbeats.get(live.server(server.pk)), now) for server in rows]


def _freshness(server: Server, heartbeat: frames.Frame | None, now: datetime) -> Freshness:
    state = getattr(server, "state", None) or ServerState(server=server, status=ServerStatus.NEW)
    status, reason = _live(heartbeat, now)
    if server.source == Source.REPLICA:
        reason = _("Read from its SQL replica: it has no live feed, and takes no command.")
    return Freshness(
        server_id=server.pk,
        code=server.code,
        name=server.name,
        kind=server.kind,
        topic=live.server(server.pk),
        status=state.status,
        reason=state.status_reason,
        status_since=state.status_since,
        synced_at=state.synced_at,
        accounts_held=state.accounts_held,
        tickets_held=state.open_held + state.closed_held + state.money_held,
        repaired=state.repaired,
        live_status=status,
        live_reason=reason,
        live_at=heartbeat.at if heartbeat else None,
        has_feed=server.source != Source.REPLICA,
    )


def _live(heartbeat: frames.Frame | None, now: datetime) -> tuple[str, str]:
    """Return what the heartbeat says; one that stopped says nothing about the server any more."""
    if heartbeat is None or now - heartbeat.sent_at > HEARTBEAT_AT_MOST:
        return LiveStatus.UNREACHABLE.value, _("The live feed is not running, or Redis is away.")
    return heartbeat.data["status"], heartbeat.data["reason"]

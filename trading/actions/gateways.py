"""From a server's row to the gateway that serves it."""

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.core.errors import Later
from trading.gateway import registry
from trading.gateway.port import Gateway, ServerAddress
from trading.gateway.replica.address import ReplicaAddress
from trading.models import Server
from trading.states import Source


def gateway_of(server: Server, source: Source | None = None) -> Gateway:
    """Return the gateway of a server, by the source that its mirror is read from, or another.

    Later, when the environment does not say how that source is reached.
    """
    if (source or server.source) == Source.REPLICA:
        return registry.gateway_for(_replica(server))
    return registry.gateway_for(_agent(server))


def sources_of(server: Server) -> list[Source]:
    """Return every source that is configured for a server, the one of its mirror last."""
    configured = {
        Source.AGENT: bool(server.agent_url) and server.code in settings.MT4_AGENT_KEYS,
        Source.REPLICA: server.code in settings.MT4_REPLICAS,
    }
    own = Source(server.source)
    return [*(one for one, there in configured.items() if there and one != own), own]


def _agent(server: Server) -> ServerAddress:
    key = settings.MT4_AGENT_KEYS.get(server.code)
    if key is None:
        sentence = _("MT4_AGENT_KEYS holds no key for the server %(code)s: add it and start again.")
        raise Later(sentence % {"code": server.code})
    if not server.agent_url:
        sentence = _("No agent's address is known of %(code)s: read it by mt4_sync --source.")
        raise Later(sentence % {"code": server.code})
    return ServerAddress(
        server=server.code,
        url=server.agent_url,
        key_id=key.key_id,
        key=key.secret,
        trust=settings.MT4_AGENT_TRUST.get(server.code, ""),
    )


def _replica(server: Server) -> ReplicaAddress:
    told = settings.MT4_REPLICAS.get(server.code)
    if told is None:
        sentence = _(
            "MT4_REPLICAS holds no address for the server %(code)s: add it and start again."
        )
        raise Later(sentence % {"code": server.code})
    return ReplicaAddress(
        server=server.code,
        user=told.user,
        database=told.database,
        timezone=server.timezone,
        host=told.host,
        port=told.port,
        socket=told.options.get("socket", ""),
        password=told.password,
        currency=told.options.get("currency", ""),
        stored_as=told.options.get("stored_as", ""),
        encrypted=told.options.get("tls", "") == "1",
    )

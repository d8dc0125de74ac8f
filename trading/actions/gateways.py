"""From a server's row to the gateway that serves it."""

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.core.errors import Later
from trading.gateway import registry
from trading.gateway.port import Gateway, ServerAddress
from trading.models import Server


def gateway_of(server: Server) -> Gateway:
    """Return the gateway of a server. Later, when no key for its agent is configured."""
    key = settings.MT4_AGENT_KEYS.get(server.code)
    if key is None:
        sentence = _("MT4_AGENT_KEYS holds no key for the server %(code)s: add it and start again.")
        raise Later(sentence % {"code": server.code})
    return registry.gateway_for(
        ServerAddress(server=server.code, url=server.agent_url, key_id=key.key_id, key=key.secret)
    )

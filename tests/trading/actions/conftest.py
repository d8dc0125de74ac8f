"""A registered server whose gateway answers from memory."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.settings.env import AgentKey
from tests.factories.servers import MemoryGateway, a_server
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Server


@pytest.fixture
def gateway(settings: Any) -> Iterator[MemoryGateway]:
    """Every server is served by this one."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = MemoryGateway()
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


@pytest.fixture
def server(db: None, gateway: MemoryGateway) -> Server:
    """The server `demo-1`."""
    return a_server()

"""A mirrored server with rows of every kind, whose gateway answers from memory."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.settings.env import AgentKey
from tests.factories.market import (
    NOON,
    a_balance_record,
    a_closed_trade,
    a_group,
    a_record,
    a_trade,
)
from tests.factories.servers import MemoryGateway, a_server
from trading.actions import sync
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Server
from trading.terms import Cmd


@pytest.fixture
def gateway(settings: Any) -> Iterator[MemoryGateway]:
    """Two accounts; open, pending, closed, partly closed and money tickets."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = MemoryGateway(page_size=3)
    memory.group_list.append(a_group("other"))
    memory.account_list = [a_record(1), a_record(2)]
    memory.put(
        a_trade(1, 1),
        a_trade(2, 1, cmd=Cmd.BUY_LIMIT),
        a_closed_trade(3, 2),
        a_closed_trade(4, 2, comment="to #5"),
        a_trade(5, 2, opened_at=a_closed_trade(4).opened_at, comment="from #4"),
        a_balance_record(6, 1),
        a_balance_record(7, 2, "-5", cmd=Cmd.CREDIT),
    )
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


@pytest.fixture
def server(db: None, gateway: MemoryGateway) -> Server:
    """The server `demo-1`, mirrored whole."""
    server = a_server()
    assert sync.sync_server(server_id=server.pk, now=NOON, full=True).finished
    return server

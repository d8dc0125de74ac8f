"""A house whose MetaTrader server answers from memory and can be told about accounts."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.settings.env import AgentKey
from tests.factories.accounts.orders import AccountGateway
from tests.factories.house import House, a_house
from tests.factories.market import a_record
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway


@pytest.fixture
def gateway(settings: Any) -> Iterator[AccountGateway]:
    """Every server is served by this one."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = AccountGateway()
    memory.account_list = [a_record(1001), a_record(2002)]
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


@pytest.fixture
def house(db: None, gateway: AccountGateway) -> House:
    """The house."""
    return a_house()

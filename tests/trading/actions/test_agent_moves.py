"""A server's agent is reached at another address; accounts that are nobody's yet."""

import pytest

from backoffice.core import records
from tests.factories.market import NOON
from tests.factories.people import a_client, a_legal_entity
from tests.factories.servers import ACTOR, a_server, some_owners
from trading.actions import servers, trading_accounts
from trading.queries.unbound import list_unbound

pytestmark = pytest.mark.django_db


def test_an_agent_moves_and_that_is_told_once() -> None:
    """The same address again is no news; one that is none changes nothing."""
    server = a_server()
    before = len(records.for_subject("server", server.pk))
    for _time in range(2):
        moved = servers.move_agent(
            server_id=server.pk, agent_url="http://127.0.0.1:9999", actor=ACTOR, now=NOON
        )
    assert moved.agent_url == "http://127.0.0.1:9999"
    assert len(records.for_subject("server", server.pk)) == before + 1
    with pytest.raises(servers.BadServer):
        servers.move_agent(server_id=server.pk, agent_url="nowhere", actor=ACTOR, now=NOON)
    server.refresh_from_db()
    assert server.agent_url == "http://127.0.0.1:9999"


def test_unbound_are_those_that_no_client_has() -> None:
    """By login; a bound one is gone from the list."""
    server = a_server()
    owners = some_owners(server, 1003, 1001, 1002)
    client = a_client("One", entity=a_legal_entity())
    trading_accounts.bind_account(
        account_id=owners[1001].account_id, client_id=client.pk, actor=ACTOR, now=NOON
    )
    assert [one.login for one in list_unbound(server.pk)] == [1002, 1003]

"""Giving accounts to clients, and making servers known."""

from typing import Any

import pytest

from backoffice.core import records
from backoffice.core.errors import Rejected
from tests.factories.market import NOON
from tests.factories.people import a_client, a_legal_entity
from tests.factories.servers import ACTOR, a_server, some_owners
from trading.actions import servers, trading_accounts
from trading.models import Server, ServerState, TradingAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TradingAccount:
    """An account of nobody."""
    owners = some_owners(a_server(), 1001)
    return TradingAccount.objects.get(pk=owners[1001].account_id)


def told(kind: str, key: int) -> list[str]:
    """Return the names of what happened, the newest first."""
    return [one.name for one in records.for_subject(kind, key)]


def test_an_account_is_given_once(account: TradingAccount) -> None:
    """Both timelines tell of it; a second client is refused and nothing changes."""
    first, second = (a_client(name, entity=a_legal_entity()) for name in ("One", "Two"))
    trading_accounts.bind_account(account_id=account.pk, client_id=first.pk, actor=ACTOR, now=NOON)
    with pytest.raises(trading_accounts.AlreadyBound, match="1001"):
        trading_accounts.bind_account(
            account_id=account.pk, client_id=second.pk, actor=ACTOR, now=NOON
        )
    account.refresh_from_db()
    assert (account.client_id, account.bound_by) == (first.pk, "system:tests")
    assert told("account", account.pk) == ["trading.account.bound"]
    assert "trading.account.bound" in told("client", first.pk)
    assert "trading.account.bound" not in told("client", second.pk)


def test_taking_it_away_needs_a_reason(account: TradingAccount) -> None:
    """And a client to take it from."""
    with pytest.raises(trading_accounts.NotBound):
        trading_accounts.unbind_account(
            account_id=account.pk, reason="wrong person", actor=ACTOR, now=NOON
        )
    client = a_client("One", entity=a_legal_entity())
    trading_accounts.bind_account(account_id=account.pk, client_id=client.pk, actor=ACTOR, now=NOON)
    with pytest.raises(trading_accounts.NoReason):
        trading_accounts.unbind_account(account_id=account.pk, reason=" ", actor=ACTOR, now=NOON)
    trading_accounts.unbind_account(
        account_id=account.pk, reason="wrong person", actor=ACTOR, now=NOON
    )
    account.refresh_from_db()
    assert (account.client_id, account.bound_by, account.bound_at) == (None, "", None)
    newest = records.for_subject("client", client.pk)[0]
    assert (newest.name, newest.fields["reason"]) == ("trading.account.unbound", "wrong person")


def test_a_server_is_registered_once() -> None:
    """With its state, and an event."""
    server = a_server()
    assert ServerState.objects.get(server=server).status == "new"
    assert told("server", server.pk) == ["trading.server.registered"]
    with pytest.raises(servers.ServerKnown):
        a_server()
    assert Server.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Base"},
        {"timezone": ""},
        {"agent_url": "agent:8443"},
        {"agent_url": "http://"},
    ],
)
def test_a_server_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    """One sentence says what to write instead."""
    with pytest.raises(Rejected, match="write one such as"):
        a_server(**wrong)
    assert not Server.objects.exists()


def test_an_agent_moves() -> None:
    """The same address again is no event."""
    server = a_server()
    for _ in range(2):
        servers.move_agent(
            server_id=server.pk, agent_url="https://mt4.example:8443", actor=ACTOR, now=NOON
        )
    assert len(told("server", server.pk)) == 2
    with pytest.raises(Rejected):
        servers.move_agent(server_id=server.pk, agent_url="nowhere", actor=ACTOR, now=NOON)

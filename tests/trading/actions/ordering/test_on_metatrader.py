"""The same commands on the simulated MetaTrader, through a real agent: what it says is mirrored."""

from typing import Any

import pytest

from backoffice.core import clock
from backoffice.settings.env import AgentKey
from tests.factories.accounts.orders import a_wish, an_account_type
from tests.factories.engines import simulated
from tests.factories.people import SETUP, a_client, a_legal_entity, a_staff_user
from tests.factories.servers import a_server
from trading.actions import servers, sync
from trading.actions.ordering import approving, asking, carrying, opening
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import AccountCommand, Group, TradingAccount
from trading.states import AccountOrder, AccountVerb

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


def test_an_account_s_whole_life(settings: Any) -> None:
    """Opened, its leverage lowered, its passwords reset, shut, deleted; each read back."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    with simulated() as bench:
        registry.register(lambda address: bench.gateway)
        try:
            _lived(bench)
        finally:
            registry.register(RemoteGateway)


def _lived(bench: Any) -> None:
    server, entity = a_server(), a_legal_entity()
    sync.sync_server(server_id=server.pk, now=clock.now())
    group = Group.objects.filter(server=server).order_by("name")[0]
    servers.assign_groups(
        server_id=server.pk, mask="*", legal_entity_id=entity.pk, actor=SETUP, now=clock.now()
    )
    officer, dealer = (a_staff_user(role) for role in ("back_office", "dealer"))
    client = a_client("Ada Example", entity=entity, email="ada@example.com", country="DE")
    kind = an_account_type(entity, group, login_from=900_001, login_to=900_009)
    wish = opening.NewAccountWish(
        key=a_wish(AccountVerb.OPEN).key, account_type_id=kind.pk, leverage=200, reason="asked"
    )
    command = opening.ask_for_account(
        wish=wish, client_id=client.pk, actor=officer.actor, now=clock.now()
    )
    opened = carrying.carry(command_id=command.pk, actor=officer.actor, now=clock.now())
    assert opened.command.state == AccountOrder.DONE, opened.command.answer
    account = TradingAccount.objects.get(login=900_001)
    assert (account.client_id, account.country) == (client.pk, "Germany")
    assert bench.gateway.check_password(login=900_001, password=opened.secrets.main)

    def do(verb: AccountVerb, value: str = "") -> Any:
        told = {"account_id": account.pk, "actor": officer.actor, "now": clock.now()}
        asked = asking.ask(wish=a_wish(verb, value), **told)
        if asked.state == AccountOrder.WAITING:
            approving.confirm(
                command_id=asked.pk,
                fingerprint=asked.fingerprint,
                actor=dealer.actor,
                now=clock.now(),
            )
        return carrying.carry(command_id=asked.pk, actor=officer.actor, now=clock.now())

    new = do(AccountVerb.PASSWORD).secrets.main
    assert bench.gateway.check_password(login=900_001, password=new)
    for verb, value in ((AccountVerb.LEVERAGE, "100"), (AccountVerb.FORBID, "")):
        assert do(verb, value).command.state == AccountOrder.DONE
    assert do(AccountVerb.DISABLE).command.state == AccountOrder.DONE
    account.refresh_from_db()
    record = bench.gateway.account(login=900_001)
    assert (account.leverage, account.read_only, account.enabled) == (100, True, False)
    assert (record.leverage, record.read_only, record.enabled) == (100, True, False)
    assert do(AccountVerb.DELETE).command.state == AccountOrder.DONE
    assert 900_001 not in bench.gateway.logins()
    assert AccountCommand.objects.filter(state=AccountOrder.DONE).count() == 6

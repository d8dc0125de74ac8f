"""A small house with something behind every door: entity, desk, client, account, what is on it."""

from dataclasses import dataclass
from datetime import timedelta

from backoffice.company.models import LegalEntity
from backoffice.identity.models import Desk, User
from crm.models import Client
from tests.factories.market import NOON, a_balance_record, a_closed_trade, a_trade
from tests.factories.people import SETUP, a_client, a_desk, a_legal_entity
from tests.factories.servers import a_server, some_owners
from trading.actions import trading_accounts
from trading.mirror import moves
from trading.models import Server, TradingAccount

IN_REACH, OUT_OF_REACH = 1001, 2002


@dataclass(frozen=True)
class House:
    """Two clients with an account each: one whom everybody may reach, one of strangers."""

    entity: LegalEntity
    desk: Desk
    server: Server
    near: Client
    far: Client
    account: TradingAccount
    far_account: TradingAccount

    def give_to(self, user: User) -> None:
        """Make the near client the user's own."""
        Client.objects.filter(pk=self.near.pk).update(owner=user)


def a_house() -> House:
    """Build it by the product's own actions."""
    entity, elsewhere = a_legal_entity("house"), a_legal_entity("elsewhere")
    desk, other = a_desk(entity), a_desk(elsewhere)
    near = a_client("Nora Near", entity=entity, desk=desk, email="nora@example.com")
    far = a_client("Fred Far", entity=elsewhere, desk=other)
    server = a_server()
    owners = some_owners(server, IN_REACH, OUT_OF_REACH)
    trades = [
        a_trade(11, IN_REACH),
        a_trade(12, IN_REACH),
        a_closed_trade(13, IN_REACH),
        a_closed_trade(14, IN_REACH, NOON - timedelta(hours=1)),
        a_balance_record(15, IN_REACH),
        a_trade(21, OUT_OF_REACH),
    ]
    moves.write_tickets(server.pk, trades, owners, NOON, at_market=True)
    accounts = [_bound(login, client) for login, client in ((IN_REACH, near), (OUT_OF_REACH, far))]
    return House(entity, desk, server, near, far, *accounts)


def a_street(house: House, *, doors: int) -> None:
    """Add more of everything: clients with accounts, servers, trades on the near account."""
    logins = [IN_REACH + number for number in range(1, doors + 1)]
    owners = some_owners(house.server, IN_REACH, *logins)
    for number, login in enumerate(logins):
        # Every other account is one more of the near client's.
        client = house.near if number % 2 else a_client(entity=house.entity, desk=house.desk)
        _bound(login, client)
        a_server(f"demo-{number + 10}")
    trades = [
        make(100 + 10 * number + kind, IN_REACH)
        for number in range(doors)
        for kind, make in enumerate((a_trade, a_closed_trade, a_balance_record))
    ]
    moves.write_tickets(house.server.pk, trades, owners, NOON, at_market=True)


def _bound(login: int, client: Client) -> TradingAccount:
    account = TradingAccount.objects.get(login=login)
    return trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=SETUP, now=NOON
    )

"""Who sees what of the market, and which figures a page shows first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
import redis
from django.http import Http404

from backoffice.core import clock, live
from backoffice.identity.models import User
from tests.factories.market import NOON, a_balance_record, a_closed_trade, a_trade
from tests.factories.people import a_client, a_desk, a_legal_entity, a_staff_user
from tests.factories.servers import ACTOR, a_server, some_owners
from trading.actions import trading_accounts as binding
from trading.live import keeping
from trading.live.figures import Figures
from trading.mirror import moves
from trading.models import Server, TradingAccount
from trading.queries import (
    balance_records,
    deals,
    positions,
    servers,
    tickets,
    trading_accounts,
)
from trading.terms import Cmd, LevelType

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Server:
    """A server with four accounts and tickets of every kind on the first one."""
    server = a_server()
    owners = some_owners(server, 1, 2, 3, 4)
    batch = [
        a_trade(1, 1),
        a_trade(2, 1, cmd=Cmd.SELL_STOP),
        *(a_closed_trade(n, 1, NOON - timedelta(days=n)) for n in range(10, 15)),
        replace(a_closed_trade(20, 1), cmd=Cmd.BUY_LIMIT, comment="cancelled"),
        a_balance_record(30, 1),
    ]
    moves.write_tickets(server.pk, batch, owners, NOON)
    return server


@pytest.fixture
def people(server: Server) -> dict[str, User]:
    """An agent with client 1, a colleague of the desk with client 2, another entity's client 3."""
    here, there = a_legal_entity(), a_legal_entity()
    desk = a_desk(here)
    agent = a_staff_user("sales_agent", desk=desk, entity=here)
    colleague = a_staff_user("sales_agent", desk=desk, entity=here)
    found = {
        "agent": agent,
        "manager": a_staff_user("sales_manager", desk=desk, entity=here),
        "entity": a_staff_user("dealer", entity=here),
        "everything": a_staff_user("dealer"),
        "nothing": a_staff_user(desk=desk),
    }
    clients = {
        1: a_client("One", entity=here, desk=desk, owner=agent),
        2: a_client("Two", entity=here, desk=desk, owner=colleague),
        3: a_client("Three", entity=there),
    }
    for login, client in clients.items():
        account = TradingAccount.objects.get(login=login)
        binding.bind_account(account_id=account.pk, client_id=client.pk, actor=ACTOR, now=NOON)
    return found


def test_reach_decides_and_nobodys_account_is_for_all_reach(people: dict[str, User]) -> None:
    """Account 4 has no client."""
    seen = {
        name: [one.login for one in trading_accounts.list_accounts_for(user)]
        for name, user in people.items()
    }
    assert seen == {
        "agent": [1],
        "manager": [1, 2],
        "entity": [1, 2],
        "everything": [1, 2, 3, 4],
        "nothing": [],
    }


def test_out_of_reach_is_absent(people: dict[str, User]) -> None:
    """The account, its positions, deals and records alike."""
    foreign = TradingAccount.objects.get(login=1)
    with pytest.raises(Http404):
        trading_accounts.get_account_for(people["nothing"], foreign.pk)
    client_of_two = TradingAccount.objects.get(login=2).client_id
    assert client_of_two is not None
    assert trading_accounts.list_accounts_of_client_for(people["agent"], client_of_two) == []
    for name, counts in (("agent", (2, 5, 1, 1)), ("nothing", (0, 0, 0, 0))):
        user = people[name]
        assert counts == (
            len(positions.list_positions_for(user, foreign.pk)),
            deals.list_deals_for(user, foreign.pk).count(),
            deals.list_cancelled_for(user, foreign.pk).count(),
            balance_records.list_balance_records_for(user, foreign.pk).count(),
        )


def test_lists_are_read_newest_first(people: dict[str, User]) -> None:
    """The order that a page's key goes on from."""
    account = TradingAccount.objects.get(login=1)
    found = deals.list_deals_for(people["agent"], account.pk)
    assert [one.ticket for one in found] == [10, 11, 12, 13, 14]


def figures(equity: str, login: int = 1) -> Figures:
    """Return figures of an account."""
    return Figures(
        login=login,
        currency="USD",
        balance=Decimal(1000),
        credit=Decimal(0),
        floating=Decimal(equity) - 1000,
        equity=Decimal(equity),
        margin=Decimal(10),
        free_margin=Decimal(equity) - 10,
        level=Decimal(equity) * 10,
        level_type=LevelType.OK,
        positions=1,
        volume_hundredths=100,
    )


def frame(account: TradingAccount, at: Any, equity: str) -> bytes:
    """Return a frame as the feed keeps it."""
    data = {
        "equity": equity,
        "balance": "1000.00",
        "credit": "0.00",
        "floating": None,
        "margin": "10.00",
        "free_margin": "1.00",
        "level": None,
        "level_type": None,
        "volume_hundredths": 100,
        "positions": {"1": {"price": "1.25000", "profit": "9.00", "swap": "-1.00"}},
        "needs": ["GBPUSD"],
    }
    topic = live.account(account.pk)
    moment = int(at.timestamp() * 1000)
    return orjson.dumps({"topic": topic, "at": moment, "now": moment, "data": data})


def test_the_newest_figures_are_shown(people: dict[str, User], redis_server: Any) -> None:
    """The mirror's where nothing was valued; then PostgreSQL's; then the board's, if newer."""
    user, account = people["agent"], TradingAccount.objects.get(login=1)

    def shown() -> Any:
        return trading_accounts.get_account_for(user, account.pk).figures

    assert (shown().equity, shown().balance, shown().figures_at) == (None, Decimal(1000), NOON)
    minute = timedelta(minutes=1)
    keeping.record_accounts([(account.pk, figures("1005.00"), NOON + minute)])
    assert (shown().equity, shown().figures_at) == (Decimal(1005), NOON + minute)

    with redis.Redis(unix_socket_path=str(redis_server.socket)) as connection:
        name, key = live.shelf(live.account(account.pk))
        connection.hset(name, key, frame(account, NOON, "999.00"))
        assert shown().equity == Decimal(1005)
        connection.hset(name, key, frame(account, NOON + 2 * minute, "1009.00"))
    assert (shown().equity, shown().needs) == (Decimal(1009), ["GBPUSD"])
    (pending, market) = sorted(
        positions.list_positions_for(user, account.pk), key=lambda one: -one.ticket
    )
    assert (market.close_price, market.profit) == (Decimal("1.25000"), Decimal(9))
    assert (market.mirrored_at, pending.mirrored_at) == (NOON + 2 * minute, NOON)


def test_older_figures_never_win(people: dict[str, User]) -> None:
    """Two feeds, or one that was late: the newer moment stays."""
    account = TradingAccount.objects.get(login=1)
    keeping.record_accounts([(account.pk, figures("1005.00"), NOON)])
    late = NOON - timedelta(seconds=1)
    assert (
        keeping.record_accounts(
            [
                (account.pk, figures("1.00"), late),
            ]
        )
        == 0
    )
    assert keeping.record_accounts([(999_999, figures("1.00"), NOON)]) == 0


def test_pages_go_on_without_redis(people: dict[str, User], settings: Any) -> None:
    """No frame, no error; the footer says that nothing was heard."""
    settings.REDIS_URL = "unix:///nowhere/redis"
    account = TradingAccount.objects.get(login=1)
    assert trading_accounts.get_account_for(people["agent"], account.pk).figures.equity is None
    (freshness,) = servers.list_freshness()
    assert (freshness.live_status, freshness.live_at) == ("unreachable", None)
    assert (freshness.status, freshness.synced_at) == ("new", None)


def test_a_heartbeat_that_stopped_is_no_life(server: Server, redis_server: Any) -> None:
    """Whatever it said last: the feed itself is gone."""
    with redis.Redis(unix_socket_path=str(redis_server.socket)) as connection:
        for age, status in ((1, "live"), (11, "unreachable")):
            moment = int((clock.now() - timedelta(seconds=age)).timestamp() * 1000)
            beat = {"at": moment, "now": moment, "data": {"status": "live", "reason": ""}}
            name, key = live.shelf(live.server(server.pk))
            connection.hset(name, key, orjson.dumps(beat))
            (freshness,) = servers.list_freshness()
            assert freshness.live_status == status
            assert bool(freshness.live_reason) == (status == "unreachable")


def test_tickets_are_found_by_their_number(server: Server) -> None:
    """On any server, and never by a part."""
    rows = TradingAccount.objects.get(login=1).deals.all()
    assert [one.ticket for one in tickets.by_ticket(rows, "#12")] == [12]
    assert list(tickets.by_ticket(rows, "1")) == []
    assert list(tickets.by_ticket(rows, "99999999999999999999999")) == []
    accounts = TradingAccount.objects.all()
    assert [one.login for one in tickets.by_login(accounts, " 3 ")] == [3]
    assert list(tickets.by_login(accounts, "x")) == []
    assert tickets.by_login(accounts, "").count() == 4

"""What others do on the simulated MetaTrader is all found, and nothing is invented.

One life on a real server behind a real agent: another manager's deeds, a client's own trading, and
our own commands, side by side; then what was noticed is held against what was done.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from backoffice.core import clock, records
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.states import IllegalMove
from backoffice.settings.env import AgentKey
from tests.factories.accounts.orders import a_wish
from tests.factories.engines import Bench, simulated
from tests.factories.payments import work_done
from tests.factories.people import SETUP, a_client, a_staff_user
from tests.factories.servers import a_server
from trading.actions import balance, sending_terms, sync, trading_accounts
from trading.actions.ordering import asking, carrying
from trading.actions.watching import alerting, attributing
from trading.gateway import registry, wire
from trading.gateway.errors import Refused
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Alert, Position, Server, ServerChange, ServerWatch, TradingAccount
from trading.states import AccountVerb, AlertState, Change, Operation
from trading.terms import BalanceKind, Cmd, ManagerAccount, ManagerRight

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
WATCHER = Actor.system("watch")
STRANGER, PLACE = 901, "198.51.100.7"


@pytest.fixture
def bench(settings: Any) -> Iterator[Bench]:
    """A simulated MetaTrader with a second manager, behind its agent."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    with simulated() as bench:
        registry.register(lambda address: bench.gateway)
        rights = tuple(ManagerRight)
        manager = ManagerAccount(login=STRANGER, name="Other Desk", rights=rights)
        assert bench.stage is not None
        bench.stage.result("put_manager", manager=wire.encode(ManagerAccount, manager))
        yield bench
        registry.register(RemoteGateway)


@pytest.fixture
def server(bench: Bench) -> Server:
    """Mirrored whole, with terms for money."""
    server = a_server()
    sync.sync_server(server_id=server.pk, now=clock.now(), full=True)
    terms = sending_terms.Terms(
        deadline_ms=5_000, transport_delay_ms=500, clock_skew_ms=500, visibility_lag_ms=500
    )
    sending_terms.set_sending_terms(server_id=server.pk, terms=terms, actor=SETUP, now=clock.now())
    return server


def other(bench: Bench, verb: str, **args: Any) -> Any:
    """Do something as another manager, from his own address."""
    stage = bench.stage
    assert stage is not None
    told = {"login": STRANGER, "ip": PLACE, "verb": verb, "args": args}
    number = 1_000_000 + int(uuid4()) % 1_000_000
    stage.send({"id": number, "verb": "manager", "args": told})
    answer = stage.receive()
    assert (answer["id"], answer["code"]) == (number, 0), answer
    return answer["result"]


def client(bench: Bench, verb: str, **args: Any) -> int:
    """Do something as a client's terminal does; return the ticket."""
    assert bench.stage is not None
    return int(bench.stage.result(f"client_{verb}", **args)["order"])


def look(server: Server) -> None:
    """Mirror the server and watch over it, half a minute after the deeds."""
    sync.sync_server(server_id=server.pk, now=clock.now(), full=True)
    work_done()
    for later in (0, 30):
        now = clock.now() + timedelta(seconds=later)
        attributing.watch_server(server_id=server.pk, actor=WATCHER, now=now)


def foreign() -> Counter[str]:
    """The kinds of what was found to be foreign."""
    rows = ServerChange.objects.filter(verdict=ServerChange.FOREIGN)
    return Counter(rows.values_list("kind", flat=True))


def an_account(bench: Bench, login_at: int = 0) -> TradingAccount:
    return TradingAccount.objects.order_by("login")[login_at]


def emptied(bench: Bench, account: TradingAccount) -> None:
    """The client closes and cancels what the invented past left open: it hangs on the hour."""
    for held in Position.objects.filter(account=account):
        if Cmd(held.cmd).is_market:
            client(bench, "close", login=account.login, ticket=held.ticket, volume=0)
        else:
            client(bench, "cancel", login=account.login, ticket=held.ticket)


def opened(bench: Bench, account: TradingAccount) -> int:
    """A client opens a tenth of a lot."""
    return client(bench, "open", login=account.login, cmd=0, symbol="EURUSD", volume=10)


def test_every_deed_of_another_manager_is_found_with_its_doer(bench: Bench, server: Server) -> None:
    account = an_account(bench)
    tickets = [opened(bench, account) for _ in range(3)]
    look(server)
    assert foreign() == Counter()

    bench.copy_group(account.group.name, "vip-new")
    login = account.login
    for command, extra in (
        ("leverage", {"leverage": 33}),
        ("group", {"group": "vip-new"}),
        ("read_only", {}),
        ("tradable", {}),
    ):
        other(bench, "users_group_op", logins=[login], command=command, **extra)
        look(server)
    other(bench, "user_password_set", login=login, password="Abc12xyz", investor=False)
    money = {"type": 83, "cmd": 6, "orderby": login, "price": "50", "comment": "goodwill"}
    other(bench, "transaction", **money)
    quote = next(one for one in bench.gateway.quotes() if one.symbol == "EURUSD")
    other(bench, "transaction", type=76, order=tickets[0], volume=10, price=str(quote.bid))
    stop = str(quote.bid - Decimal("0.05"))
    other(bench, "transaction", type=80, order=tickets[1], sl=stop)
    other(bench, "transaction", type=77, order=tickets[2])
    look(server)

    assert foreign() == Counter(
        {
            Change.LEVERAGE: 1,
            Change.GROUP: 1,
            Change.READ_ONLY: 2,
            Change.PASSWORD: 1,
            Change.MONEY: 1,
            Change.TRADE_CLOSED: 1,
            Change.TRADE_CHANGED: 1,
            Change.TRADE_DELETED: 1,
        }
    )
    rows = ServerChange.objects.filter(verdict=ServerChange.FOREIGN)
    assert {(row.manager_login, row.address) for row in rows} == {(STRANGER, PLACE)}
    leverage = rows.get(kind=Change.LEVERAGE)
    assert (leverage.before, leverage.after) == (str(account.leverage), "33")
    told = [one.name for one in records.for_subject("account", account.pk)]
    assert told.count("trading.foreign_change.seen") == 9
    look(server)
    assert sum(foreign().values()) == 9
    # One open alert for each rule, however often it is broken.
    alerts = dict(Alert.objects.values_list("rule", "count"))
    assert alerts == {
        "foreign-terms": 2,
        "foreign-rights": 3,
        "foreign-money": 1,
        "foreign-trade": 3,
    }


def test_nothing_is_invented_of_clients_and_of_ourselves(bench: Bench, server: Server) -> None:
    account = an_account(bench, 1)
    emptied(bench, account)
    ticket = opened(bench, account)
    client(bench, "modify", login=account.login, ticket=ticket, price="0", sl="0.5", tp="0")
    look(server)
    client(bench, "close", login=account.login, ticket=ticket, volume=0)
    look(server)
    owner = a_client("Ada Example")
    trading_accounts.bind_account(
        account_id=account.pk, client_id=owner.pk, actor=SETUP, now=clock.now()
    )
    officer = a_staff_user("back_office")
    for verb, value in (
        (AccountVerb.LEVERAGE, "10"),
        (AccountVerb.FORBID, ""),
        (AccountVerb.PASSWORD, ""),
        (AccountVerb.DISABLE, ""),
    ):
        wish = a_wish(verb, value)
        command = asking.ask(wish=wish, account_id=account.pk, actor=officer.actor, now=clock.now())
        carrying.carry(command_id=command.pk, actor=officer.actor, now=clock.now())
    paid = an_account(bench, 2)
    operation = balance.plan_operation(
        key=uuid4(), account_id=paid.pk, kind=BalanceKind.BALANCE, amount=Decimal("7.00"),
        actor=SETUP, now=clock.now(),
    )  # fmt: skip
    state = balance.send_operation(operation_id=operation.pk, actor=SETUP, now=clock.now())
    assert state == Operation.CONFIRMED
    look(server)
    assert foreign() == Counter()
    ours = ServerChange.objects.filter(verdict=ServerChange.OURS)
    assert Counter(ours.values_list("kind", flat=True)) == Counter(
        {Change.LEVERAGE: 1, Change.READ_ONLY: 1, Change.ENABLED: 1, Change.MONEY: 1}
    )
    assert not ServerChange.objects.filter(verdict="").exists()
    assert not Alert.objects.exists()
    watch = ServerWatch.objects.get()
    assert watch.own_logins == [900]
    assert {one["login"] for one in watch.managers} >= {900, STRANGER}

    # Whoever does the same again is not us, even under a copied marker.
    other(bench, "users_group_op", logins=[account.login], command="leverage", leverage=20)
    look(server)
    other(bench, "users_group_op", logins=[account.login], command="leverage", leverage=10)
    copied = {"type": 83, "cmd": 6, "orderby": paid.login, "price": "7"}
    other(bench, "transaction", **copied, comment=operation.marker)
    look(server)
    assert foreign() == Counter({Change.LEVERAGE: 2, Change.MONEY: 1})


def test_an_alert_is_closed_with_a_reason_by_who_may(bench: Bench, server: Server) -> None:
    account = an_account(bench)
    other(bench, "users_group_op", logins=[account.login], command="leverage", leverage=7)
    look(server)
    alert = Alert.objects.get()
    dealer = a_staff_user("dealer").actor
    close = {"alert_id": alert.pk, "now": clock.now()}
    with pytest.raises(Rejected, match="what it was"):
        alerting.close_alert(reason=" ", actor=dealer, **close)
    with pytest.raises(alerting.NotAllowed):
        alerting.close_alert(reason="x", actor=a_staff_user("back_office").actor, **close)
    alerting.close_alert(reason="asked for by the head of dealing", actor=dealer, **close)
    with pytest.raises(IllegalMove):
        alerting.close_alert(reason="again", actor=dealer, **close)
    other(bench, "users_group_op", logins=[account.login], command="leverage", leverage=8)
    look(server)
    assert list(Alert.objects.order_by("id").values_list("state", flat=True)) == [
        AlertState.CLOSED,
        AlertState.NEW,
    ]


def test_a_server_that_tells_no_journal_is_judged_by_the_mirror(
    bench: Bench, server: Server, monkeypatch: Any
) -> None:
    account = an_account(bench)
    other(bench, "users_group_op", logins=[account.login], command="leverage", leverage=7)

    def refuse(**_: Any) -> Any:
        raise Refused(7, "not enough rights")

    monkeypatch.setattr(bench.gateway._gateway, "journal", refuse)
    look(server)
    [change] = ServerChange.objects.filter(verdict=ServerChange.FOREIGN)
    assert (change.kind, change.manager_login, change.line) == (Change.LEVERAGE, 0, "")
    assert "not enough rights" in ServerWatch.objects.get().trouble

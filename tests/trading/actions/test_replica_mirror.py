"""One server read twice: through its agent, and from the SQL replica of it, row for row."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.core import clock
from backoffice.settings.env import AgentKey, Replica
from tests.factories import agents, simulator
from tests.factories.replica.mariadb import PASSWORD, READER, MariaDB, a_mariadb
from tests.factories.replica.report_server import ReportServer
from tests.factories.servers import ACTOR
from trading.actions import gateways, servers, sync
from trading.actions.verification import verifying
from trading.gateway.errors import ReadOnly
from trading.models import (
    BalanceRecord,
    Deal,
    Group,
    Position,
    Server,
    ServerState,
    Symbol,
    TradingAccount,
)
from trading.states import Source
from trading.terms import BalanceKind

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
#: A zone without summer time: in the hour that comes twice a replica cannot tell which it was.
ZONE = "Etc/GMT-3"
#: What is ours to number, or says when we wrote.
OURS = ("id", "server_id", "account_id", "group_id", "mirrored_at")
WORLD = (
    *("--accounts", "15", "--days", "30", "--seed", "7", "--timezone", ZONE),
    *("--hold-prices", "--no-terminals", "--no-weekends"),
)


@dataclass
class Stage:
    """A simulated MetaTrader, its agent, and the report server that copies it into MariaDB."""

    metatrader: simulator.Process
    report_server: ReportServer
    server: Server
    shadow: Server

    def copy(self) -> None:
        """Let the report server bring everything up to date."""
        agent = gateways.gateway_of(self.server, Source.AGENT)
        info, specs = agent.server_info(), agent.symbols()
        digits = {one.name: one.digits for one in specs}
        self.report_server.write_prices(agent.quotes(), info.server_time, digits)
        self.report_server.write_accounts(_whole(agent.accounts))
        self.report_server.write_trades(_whole(agent.trades))

    def sync(self) -> None:
        """Bring both mirrors up to date, each from its source."""
        for server in (self.server, self.shadow):
            synced = sync.sync_server(server_id=server.pk, now=clock.now(), full=True)
            assert (synced.finished, synced.trouble) == (True, "")


def _whole(ask: Any) -> list[Any]:
    found, page = [], ask()
    while page.next_cursor:
        found += page.records
        page = ask(cursor=page.next_cursor)
    return [*found, *page.records]


@pytest.fixture(scope="module")
def mariadb() -> Iterator[MariaDB]:
    """A server of this file's own."""
    with a_mariadb() as server:
        yield server


@pytest.fixture
def stage(mariadb: MariaDB, tmp_path: Path, settings: Any, db: None) -> Iterator[Stage]:
    """Both ways to one MetaTrader: `both` by agent (and replica), `shadow` by replica alone."""
    with (
        simulator.running(tmp_path, *WORLD) as metatrader,
        agents.an_agent_process(agents.agent_environment(tmp_path, metatrader.path)) as (told, _),
        mariadb.connect() as session,
    ):
        report_server = ReportServer(session, "replica_mirror")
        report_server.run(f"GRANT SELECT ON replica_mirror.* TO {READER}")
        place = Replica(
            host="", port=0, user=READER, password=PASSWORD, database="replica_mirror",
            options={"socket": str(mariadb.socket)},
        )  # fmt: skip
        settings.MT4_AGENT_KEYS = {"both": AgentKey(agents.KEY_ID, agents.KEY)}
        settings.MT4_REPLICAS = {"both": place, "shadow": place}
        plain: Any = {"kind": "live", "timezone": ZONE, "actor": ACTOR, "now": clock.now()}
        server = servers.register_server(code="both", name="A", agent_url=told.url, **plain)
        shadow = servers.register_server(code="shadow", name="B", **plain)
        try:
            yield Stage(metatrader, report_server, server, shadow)
        finally:
            report_server.run("DROP DATABASE replica_mirror")


def rows(model: Any, server: Server, *order: str) -> list[dict[str, Any]]:
    """Return the rows of a server without what is ours, with login and group by name."""
    names = [one.attname for one in model._meta.concrete_fields if one.attname not in OURS]
    named = {"account_id": "account__login", "group_id": "group__name"}
    has = {one.attname for one in model._meta.concrete_fields}
    more = [path for column, path in named.items() if column in has]
    return list(model.objects.filter(server=server).order_by(*order).values(*names, *more))


def assert_same(stage: Stage) -> None:
    """Every account, open ticket, closed ticket and balance record is the same in both mirrors."""
    for model, order in (
        (TradingAccount, "login"), (Position, "ticket"), (Deal, "ticket"), (BalanceRecord, "ticket")
    ):  # fmt: skip
        ours, theirs = rows(model, stage.server, order), rows(model, stage.shadow, order)
        assert len(ours) > 3
        assert ours == theirs
    for model in (Group, Symbol):
        names = [set(model.objects.filter(server=one).values_list("name", flat=True))
                 for one in (stage.server, stage.shadow)]  # fmt: skip
        assert names[0] >= names[1] > set()


def verdicts(server: Server) -> list[tuple[str, int, str]]:
    """Return source, number of differences and trouble of each comparison of a server."""
    results = verifying.verify_sources(
        server_id=server.pk, actor=ACTOR, now=clock.now(), patience_seconds=0
    )
    return [(one.verification.source, one.tally.differences, one.trouble) for one in results]


def change_source(stage: Stage) -> None:
    """From agent to replica and back: contracts stay as the agent told them, no command goes."""
    before = [rows(model, stage.server, "name") for model in (Group, Symbol)]
    out = StringIO()
    call_command("mt4_sync", "--server", "both", "--source", "replica", "--full", stdout=out)
    assert out.getvalue() == "both is mirrored.\n"
    stage.server.refresh_from_db()
    assert stage.server.source == Source.REPLICA
    assert [rows(model, stage.server, "name") for model in (Group, Symbol)] == before
    assert_same(stage)
    with pytest.raises(ReadOnly, match="takes no command"):
        gateways.gateway_of(stage.server).change_balance(
            passage=agents.a_passage(), login=1, kind=BalanceKind.BALANCE, amount=1, comment="x"
        )
    call_command("mt4_sync", "--server", "both", "--source", "agent", stdout=out)
    stage.server.refresh_from_db()


def test_the_replica_fills_the_same_mirror(stage: Stage) -> None:
    """At first, after changes of every kind and of the source, and when an order vanishes."""
    stage.copy()
    stage.sync()
    assert_same(stage)
    assert verdicts(stage.server) == [("replica", 0, ""), ("agent", 0, "")]
    assert verdicts(stage.shadow) == [("replica", 0, "")]

    manager, control = stage.metatrader.direct(), stage.metatrader.control()
    login = TradingAccount.objects.filter(server=stage.server, enabled=True)[0].login
    manager.result("transaction", type=83, cmd=6, orderby=login, price="12.50", comment="Gruß")
    position = next(one for one in manager.result("open_trades") if one["volume_hundredths"] > 1)
    manager.result(
        "transaction", type=76, order=position["ticket"], volume=1, price=position["close_price"]
    )
    manager.result("users_group_op", logins=[login], command="leverage", leverage=33)
    control.result("run_end_of_day", seconds=0)
    assert verdicts(stage.server)[1] != ("agent", 0, "")
    stage.copy()
    stage.sync()
    assert_same(stage)
    assert Deal.objects.filter(server=stage.shadow, comment__startswith="to #").exists()
    assert verdicts(stage.server) == [("replica", 0, ""), ("agent", 0, "")]

    change_source(stage)
    gone = Position.objects.filter(server=stage.shadow).order_by("ticket")[0].ticket
    stage.report_server.delete(gone)
    assert verdicts(stage.server) == [("replica", 1, ""), ("agent", 0, "")]
    stage.sync()
    assert not Position.objects.filter(server=stage.shadow, ticket=gone).exists()
    assert verdicts(stage.shadow) == [("replica", 0, "")]


def test_bad_input_is_one_sentence(settings: Any, db: None) -> None:
    """A replica that nobody configured, a source that a server lacks, one that does not answer."""
    told = {"name": "Live 1", "timezone": ZONE}
    with pytest.raises(CommandError, match="MT4_REPLICAS holds no address for live1; add live1="):
        call_command("register_server", "live1", source="replica", agent_url="", **told)
    with pytest.raises(CommandError, match="Give --agent-url, or --source replica"):
        call_command("register_server", "live1", source="agent", agent_url="", **told)
    settings.MT4_REPLICAS = {"live1": Replica("127.0.0.1", 1, "reader", "secret", "mt4", {})}
    call_command(
        "register_server", "live1", source="replica", agent_url="", stdout=StringIO(), **told
    )
    with pytest.raises(CommandError, match="live1 has no agent's address"):
        call_command("mt4_sync", "--server", "live1", "--source", "agent")
    with pytest.raises(CommandError, match=r"^The SQL replica mt4 at 127\.0\.0\.1:1 does not"):
        call_command("mt4_sync", "--server", "live1")
    state = ServerState.objects.get(server__code="live1")
    assert state.status == "unreachable"
    assert "secret" not in state.status_reason

"""Questions to a SQL replica on a real MariaDB, as the report server fills it."""

import asyncio
import inspect
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pymysql
import pytest

from tests.factories.market import (
    NOON,
    STAMP,
    a_balance_record,
    a_closed_trade,
    a_quote,
    a_record,
    a_trade,
    wall,
)
from tests.factories.replica.report_server import ReportServer
from trading.gateway import port, registry
from trading.gateway.errors import BadMessage, NotSent, ReadOnly, Refused, Unavailable
from trading.gateway.replica import gateway as reading
from trading.gateway.replica.address import ReplicaAddress
from trading.gateway.replica.gateway import ReplicaGateway
from trading.terms import Cmd, LevelType, MarginState

ACCOUNTS = (
    a_record(
        1, name="Ünal Ähre", email="u@example.org", phone="+49 1", country="DE", city="Köln",
        comment="vip", agent_login=7, read_only=True, balance=Decimal("1234.56"),
        previous_balance=Decimal("1200.10"), credit=Decimal("5.05"), state="NRW",
        zip_code="50667", address="Domkloster 4", lead_source="fair", id_number="L01X",
        status="RE", color=0x00FF8000, may_change_password=False, sends_reports=False,
    ),
    a_record(2, currency="JPY", enabled=False, balance=Decimal(120_000), changed_stamp=STAMP + 5),
)  # fmt: skip
TRADES = (
    a_trade(1, 1, comment="from #9", magic=77, swap=Decimal("-0.10"), taxes=Decimal("0.01")),
    a_trade(2, 1, cmd=Cmd.BUY_LIMIT, expires_at=NOON + timedelta(hours=1), stop_loss=Decimal(1)),
    a_closed_trade(3, 2, profit=Decimal(716), changed_stamp=STAMP + 20),
    a_balance_record(4, 1, "-12.34"),
    a_balance_record(
        5, 2, "50", cmd=Cmd.CREDIT, comment="BO:0001 bonus", expires_at=NOON + timedelta(days=9)
    ),
)  # fmt: skip


@pytest.fixture
def filled(replica: ReportServer) -> ReportServer:
    """Two accounts, five tickets, a price."""
    replica.write_accounts(ACCOUNTS)
    replica.write_trades(TRADES)
    replica.write_prices([a_quote("EURUSD", "1.1", "1.10012")], wall(NOON), {"EURUSD": 5})
    return replica


def whole(ask: Any, since: int = 0) -> list[Any]:
    """Return the records of every page."""
    found, cursor = [], ""
    while True:
        page = ask(since_stamp=since, cursor=cursor)
        found += page.records
        cursor = page.next_cursor
        if not cursor:
            return found


def test_records_come_as_the_server_has_them(filled: ReportServer, gateway: Any) -> None:
    """Every field of every record: doubles are decimals again, wall clocks have their UTC."""
    assert whole(gateway.accounts) == list(ACCOUNTS)
    assert whole(gateway.trades) == list(TRADES)
    assert gateway.account(login=2) == ACCOUNTS[1]
    for record in (*whole(gateway.accounts), *whole(gateway.trades)):
        for field in fields(record):
            assert type(getattr(record, field.name)) is not float


def test_open_is_what_was_never_closed(filled: ReportServer, gateway: Any) -> None:
    """1970-01-01 00:00:00 means open, in whatever zone that second was written."""
    assert gateway.open_trades() == TRADES[:2]
    assert gateway.open_tickets() == (1, 2)
    for none in ("1970-01-01 02:00:00", "1970-01-01 00:00:00"):
        filled.run("UPDATE mt4_trades SET CLOSE_TIME = %s WHERE TICKET = 1", (none,))
        assert [one.closed_at for one in gateway.open_trades()] == [None, None]


def test_dates_that_are_none_mean_none(filled: ReportServer, gateway: Any) -> None:
    """Zero dates of old replicas are no crash, and no year 0."""
    filled.run("SET SESSION sql_mode = ''")
    filled.run("UPDATE mt4_trades SET CLOSE_TIME = 0, EXPIRATION = 0 WHERE TICKET IN (1, 2)")
    assert [one.expires_at for one in gateway.open_trades()] == [None, None]


@pytest.mark.parametrize("size", [1, 2, 5000])
def test_pages_lose_nothing(
    filled: ReportServer, gateway: Any, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """By ticket from the beginning; by stamp and ticket since a moment, equal stamps included."""
    monkeypatch.setattr(reading, "PAGE", size)
    assert [one.ticket for one in whole(gateway.trades)] == [1, 2, 3, 4, 5]
    assert sorted(one.ticket for one in whole(gateway.trades, STAMP)) == [1, 2, 3, 4, 5]
    assert [one.ticket for one in whole(gateway.trades, STAMP + 1)] == [3]
    assert [one.login for one in whole(gateway.accounts, STAMP + 5)] == [2]
    with pytest.raises(BadMessage, match="no cursor of this replica"):
        gateway.trades(since_stamp=STAMP, cursor="1")


def test_keys_history_markers_and_prices(filled: ReportServer, gateway: Any) -> None:
    """The questions that the mirror and the look-up of money ask."""
    day = timedelta(days=1)
    assert gateway.logins() == (1, 2)
    assert gateway.history(login=2, start=NOON, end=NOON + day) == (TRADES[2], TRADES[4])
    assert gateway.history(login=2, start=NOON + day, end=NOON + 2 * day) == ()
    found = gateway.find_marker(login=2, marker="BO:0001", start=NOON, end=NOON + day)
    assert found == (TRADES[4],)
    assert gateway.find_marker(login=2, marker="BO:%", start=NOON, end=NOON + day) == ()
    assert gateway.quotes() == (a_quote("EURUSD", "1.1", "1.10012"),)
    assert [(one.name, one.digits) for one in gateway.symbols()] == [("EURUSD", 5)]
    assert [(one.name, one.currency) for one in gateway.groups()] == [("std-usd", "USD")]
    with pytest.raises(Refused, match="there is no account 3"):
        gateway.account(login=3)


def test_the_server_is_as_late_as_its_replica(filled: ReportServer, gateway: Any) -> None:
    """A pass begins at the latest change that arrived, and never in the future."""
    info = gateway.server_info()
    assert info.server_time == datetime(1970, 1, 1) + timedelta(seconds=STAMP)  # noqa: DTZ001
    assert (info.now, info.build, info.clock_error_ms) == (NOON, 950, None)
    filled.run("UPDATE mt4_trades SET TIMESTAMP = %s", (STAMP - 600,))
    filled.run("UPDATE mt4_users SET TIMESTAMP = %s", (STAMP - 900,))
    late = datetime(1970, 1, 1) + timedelta(seconds=STAMP - 600)  # noqa: DTZ001
    assert gateway.server_info().server_time == late


def test_figures_come_from_the_accounts_table(filled: ReportServer, gateway: Any) -> None:
    """Equity and margin as MetaTrader reckoned them."""
    state = MarginState(
        login=1,
        balance=Decimal("1234.56"),
        credit=Decimal("5.05"),
        floating=Decimal("-4.01"),
        equity=Decimal("1235.60"),
        margin=Decimal("100.00"),
        free_margin=Decimal("1135.60"),
        level_percent=Decimal("1235.60"),
        level_type=LevelType.OK,
    )
    filled.write_figures([state])
    assert gateway.margin(login=1) == state


def test_an_older_schema_is_read(filled: ReportServer, address: ReplicaAddress) -> None:
    """Columns that came later are missed by nobody, but for the currency, which must be said."""
    filled.forget_late_columns()
    silent = ReplicaGateway(address, now=lambda: NOON)
    with pytest.raises(Unavailable, match=r"add \?currency=USD \(or theirs\) to its address"):
        silent.accounts()
    told = ReplicaGateway(replace(address, currency="USD"), now=lambda: NOON)
    assert whole(told.accounts)[0] == replace(ACCOUNTS[0], lead_source="")
    assert [one.currency for one in whole(told.accounts)] == ["USD", "USD"]
    assert whole(told.trades)[0] == replace(TRADES[0], magic=0)
    with pytest.raises(Unavailable, match="lacks EQUITY, MARGIN, MARGIN_LEVEL, MARGIN_FREE"):
        told.margin(login=1)
    silent.close()
    told.close()


def test_another_database_is_one_sentence(filled: ReportServer, gateway: Any) -> None:
    """What MetaTrader's report server did not write is not guessed at."""
    filled.run("ALTER TABLE mt4_trades DROP COLUMN SWAPS")
    with pytest.raises(Unavailable, match=r"mt4_trades lacks SWAPS: is this the database that"):
        gateway.trades()
    filled.run("DROP TABLE mt4_users")
    with pytest.raises(Unavailable):
        gateway.logins()


def test_tables_in_capital_letters_are_read(filled: ReportServer, gateway: Any) -> None:
    """MySQL tells mt4_trades from MT4_TRADES on most systems."""
    for table in ("mt4_trades", "mt4_users", "mt4_prices", "mt4_config"):
        filled.run(f"RENAME TABLE {table} TO {table.upper()}")
    assert whole(gateway.trades) == list(TRADES)
    assert (gateway.server_info().build, gateway.logins()) == (950, (1, 2))


def test_texts_of_the_servers_code_page(filled: ReportServer, address: ReplicaAddress) -> None:
    """Bytes of cp1251 in a column that calls itself latin1 are the letters that were meant."""
    filled.run("ALTER TABLE mt4_users MODIFY NAME char(128) CHARACTER SET latin1 NOT NULL")
    filled.run(
        "UPDATE mt4_users SET NAME = CONVERT(%s USING latin1) WHERE LOGIN = 1",
        ("Иван".encode("cp1251").decode("cp1252"),),
    )
    told = ReplicaGateway(replace(address, stored_as="cp1251"), now=lambda: NOON)
    assert told.account(login=1).name == "Иван"
    told.close()


def test_summer_time_is_the_zones(filled: ReportServer, address: ReplicaAddress) -> None:
    """Athens in winter, in summer, and in the hour that comes twice: its first time counts."""
    moments = {
        "2026-01-15 12:00:00": datetime(2026, 1, 15, 10, tzinfo=UTC),
        "2026-07-15 12:00:00": datetime(2026, 7, 15, 9, tzinfo=UTC),
        "2026-03-29 04:30:00": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        "2026-10-25 03:30:00": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "2026-10-25 04:30:00": datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
    }
    gateway = ReplicaGateway(replace(address, timezone="Europe/Athens"), now=lambda: NOON)
    for shown, moment in moments.items():
        filled.run("UPDATE mt4_trades SET CLOSE_TIME = %s WHERE TICKET = 3", (shown,))
        (found,) = [one for one in whole(gateway.trades) if one.ticket == 3]
        assert (found.closed_at, str(found.closed_server_time)) == (moment, shown)
    gateway.close()


def test_no_command_is_possible(filled: ReportServer, gateway: Any) -> None:
    """Each is refused by type, before anything is asked: nothing was sent."""
    commands = inspect.getmembers(port.Commands, inspect.isfunction)
    names = [name for name, _ in commands if not name.startswith("_")]
    assert "change_balance" in names
    for name in names:
        with pytest.raises(ReadOnly, match="takes no command: nothing was sent") as refused:
            getattr(gateway, name)(anything=1)
        assert isinstance(refused.value, NotSent)
        assert refused.value.reason == "read_only"
    with pytest.raises(AttributeError):
        gateway.no_verb()


def test_the_session_itself_cannot_write(filled: ReportServer, address: ReplicaAddress) -> None:
    """Even a user who may write is held back: the session is read-only by its own setting."""
    root = ReplicaGateway(replace(address, user="root", password=""), now=lambda: NOON)
    root.logins()
    with pytest.raises(Unavailable, match="READ ONLY transaction"):
        root._connection.ask("DELETE FROM mt4_trades")
    assert len(whole(root.trades)) == len(TRADES)
    root.close()


def test_a_lost_connection_is_opened_again(filled: ReportServer, gateway: Any) -> None:
    """A question does no harm and is asked once more."""
    number = gateway.server_info().connection_number
    filled.run(f"KILL {number}")
    assert gateway.logins() == (1, 2)
    assert gateway.server_info().connection_number != number


def test_a_replica_that_is_not_there_is_one_sentence(
    filled: ReportServer, address: ReplicaAddress
) -> None:
    """A wrong place, a wrong password, a database that is none; never a password in words."""
    for wrong in ({"socket": "/nowhere"}, {"password": "wrong"}, {"database": "none"}):
        gateway = ReplicaGateway(replace(address, **wrong), now=lambda: NOON)
        with pytest.raises(Unavailable, match=r"^The SQL replica \w+ at \S+ does not answer: "):
            gateway.logins()
    assert "only, reads" not in repr(address)


def test_there_is_no_stream(gateway: Any) -> None:
    """A table tells nothing unasked."""

    async def listen() -> None:
        async for _ in gateway.stream():
            pass

    with pytest.raises(Unavailable, match="has no stream"):
        asyncio.run(listen())


def test_the_registry_makes_each_kind_of_gateway(address: ReplicaAddress) -> None:
    """By the type of the address."""
    made = registry.gateway_for(address)
    assert isinstance(made, ReplicaGateway)
    assert registry.gateway_for(replace(address)) is made


def test_the_reader_may_only_read(replica: ReportServer, mariadb: Any) -> None:
    """The user of the tests is the one that we ask brokers for."""
    with (
        mariadb.connect("reader", password="only, reads@", database=replica.database) as session,
        session.cursor() as cursor,
        pytest.raises(pymysql.err.OperationalError, match="denied"),
    ):
        cursor.execute("DELETE FROM mt4_trades")

"""Clocks that change, a month that turns, an archive run: no row twice, none lost."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backoffice.settings.env import AgentKey
from tests.factories.desks.asked import DeskGateway, everything
from tests.factories.desks.crowd import Crowd
from tests.factories.servers import ACTOR, a_server
from tests.factories.simulator import Clock, a_desk, accounts
from tests.factories.simulator import a_server as a_beginning
from trading.actions import sync
from trading.actions.verification import verifying
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.office import archive
from trading.gateway.simulator.orders import Order
from trading.gateway.simulator.records import read_body
from trading.mirror.verification.differences import Kind
from trading.models import BalanceRecord, Deal, Position, Server, TradingAccount
from trading.terms import DailyReport, TradeRecord

pytestmark = pytest.mark.django_db

ARCHIVED = "SELECT ticket FROM archived_trade"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AUTUMN = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # clocks go back on the 25th at 01:00 UTC
SPRING = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # and forward on the 29th


def moments(start: datetime) -> Iterator[datetime]:
    """The night of the change every few minutes, then on by hours past the end of the month."""
    moment = start
    while moment < start + 5 * HOUR:
        yield moment
        moment += 12 * MINUTE
    while moment < start + timedelta(days=8):
        yield moment
        moment += 19 * HOUR + 7 * MINUTE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Desk:
    known = accounts(*({"login": 5001 + at} for at in range(4)))
    desk = a_desk(tmp_path, clock, a_beginning(accounts=known))
    desk.market.held = False  # nights charge their swaps
    return desk


@pytest.fixture
def server(desk: Desk, settings: Any, db: None) -> Iterator[Server]:
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    gateway = DeskGateway(desk)
    registry.register(lambda address: gateway)  # type: ignore[arg-type, return-value]
    server = a_server()
    Server.objects.filter(pk=server.pk).update(timezone="Europe/Athens")
    yield server
    registry.register(RemoteGateway)


@pytest.mark.parametrize("start", [AUTUMN, SPRING], ids=["clocks go back", "clocks go forward"])
def test_no_row_twice_and_none_lost(
    desk: Desk, clock: Clock, server: Server, start: datetime
) -> None:
    clock.time = start
    yesterday = (start - timedelta(days=1)).date().isoformat()
    desk.book.journal.write(settings={"last_ended_day": yesterday})
    crowd, chance = Crowd(desk, seed=start.month), random.Random(start.month)
    works = Clockwork(desk, traders=None, on_quotes=lambda quotes: None)
    archived: set[int] = set()
    for moment in moments(start):
        clock.time = moment
        works.second()
        for _ in range(chance.randint(4, 11)):
            clock.time += timedelta(seconds=chance.randint(1, 55))
            crowd.act()
        works.quotes_changed(list(desk.market.quotes.values()))
        if moment > start + timedelta(days=6) and not archived:
            archive.archive_trades(desk, days=3)
            archived = {ticket for (ticket,) in desk.book.journal.rows(ARCHIVED)}
        if chance.random() < 0.6:  # passes are late, or missed, as they are
            synced = sync.sync_server(
                server_id=server.pk, now=clock.time, full=chance.random() < 0.2
            )
            assert synced.finished, synced.trouble
    clock.time += MINUTE
    assert sync.sync_server(server_id=server.pk, now=clock.time, full=True).finished
    assert len(archived) > 20
    assert crowd.done > 150
    require_mirrored(desk)
    require_daily_reports(desk)
    clock.time += HOUR
    checked = verifying.verify_server(
        server_id=server.pk, actor=ACTOR, now=clock.time, patience_seconds=0
    )
    assert checked.trouble == ""
    # What the server archived is ours alone now; nothing else differs.
    assert {one.kind for one in checked.left} == {Kind.EXTRA}
    assert {one.key for one in checked.left} <= archived


def test_what_happens_in_the_hour_that_comes_twice_is_read(
    desk: Desk, clock: Clock, server: Server
) -> None:
    """A pass reads the clock as earlier than the last one did, though time went on."""
    clock.time = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 03:50 on the server
    sync.sync_server(server_id=server.pk, now=clock.time)
    for minutes in (8, 11, 12, 19):  # from 03:58 to 04:00, and again from 03:00 to 03:09
        clock.time = datetime(2026, 10, 25, 0, 50, tzinfo=UTC) + minutes * MINUTE
        with desk.book.change() as change:
            order = Order(cmd=6, login=5001, price=Decimal(minutes), comment=f"m{minutes}")
            change_balance(desk, change, order)
    clock.time += 2 * MINUTE  # 03:11
    assert sync.sync_server(server_id=server.pk, now=clock.time).finished
    amounts = BalanceRecord.objects.order_by("id").values_list("amount", flat=True)
    assert list(amounts) == [8, 11, 12, 19]


def require_mirrored(desk: Desk) -> None:
    """Every ticket stands in exactly one table of the mirror, with the moments that are its own."""
    known = everything(desk)
    rows: list[Any] = [*Position.objects.all(), *Deal.objects.all(), *BalanceRecord.objects.all()]
    tickets = sorted(row.ticket for row in rows)
    assert tickets == sorted(known)
    months = {record.closed_at.month for record in known.values() if record.closed_at}
    assert len(months) == 2
    for row in rows:
        assert mirrored(row) == told(known[row.ticket])
    for account in TradingAccount.objects.all():
        assert account.balance == desk.book.account(account.login).balance


def require_daily_reports(desk: Desk) -> None:
    """Every account has one report for every day that ended, the days of the change included."""
    found = [
        read_body(DailyReport, text)
        for _, text in desk.book.journal.reports(since=0, login=0, after=0, limit=10_000)
    ]
    ends = [(one.login, one.server_time.date()) for one in found]
    assert len(ends) == len(set(ends))
    days = sorted({day for _, day in ends})
    assert len(ends) == len(days) * len(desk.book.accounts)
    assert (days[-1] - days[0]).days + 1 == len(days) >= 7


def mirrored(row: Any) -> tuple[Any, ...]:
    if isinstance(row, BalanceRecord):
        moments = (row.recorded_at, row.recorded_server_time)
        return row.account.login, row.cmd, row.amount, row.comment, moments, row.expires_at
    closed = (row.closed_at, row.closed_server_time) if isinstance(row, Deal) else (None, None)
    opened = (row.opened_at, row.opened_server_time)
    figures = (row.volume_hundredths, row.swap, row.commission, row.open_price)
    return row.account.login, row.cmd, row.comment, opened, closed, figures


def told(one: TradeRecord) -> tuple[Any, ...]:
    opened = (one.opened_at, one.opened_server_time)
    if one.cmd.is_balance:
        return one.login, one.cmd, one.profit, one.comment, opened, one.expires_at
    closed = (one.closed_at, one.closed_server_time)
    figures = (one.volume_hundredths, one.swap, one.commission, one.open_price)
    return one.login, one.cmd, one.comment, opened, closed, figures

"""Tickets go where they belong, any number of times."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.market import (
    NOON,
    STAMP,
    a_balance_record,
    a_closed_trade,
    a_trade,
    wall,
)
from tests.factories.servers import a_server, some_owners
from trading.mirror import moves
from trading.mirror.copy import Written
from trading.models import BalanceRecord, Deal, Position, Server
from trading.models.ticket import ticket_key
from trading.terms import Cmd, TradeRecord

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def server() -> Server:
    """A server with the logins 1001 and 1002."""
    return a_server()


def write(server: Server, *records: TradeRecord, now: datetime = NOON, **options: Any) -> Any:
    """Write tickets of the two logins."""
    owners = some_owners(server, 1001, 1002)
    return moves.write_tickets(server.pk, records, owners, now, **options)


def partitions() -> set[str]:
    """Return the names of the partitions that hold deals."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM trading_deal")
        return {name for (name,) in cursor.fetchall()}


def tickets(rows: Iterable[Any]) -> list[int]:
    """Return the tickets of rows, in order."""
    return sorted(row.ticket for row in rows)


def test_writes_each_kind_once(server: Server) -> None:
    """The same records again are a read, not a write."""
    batch = (
        a_trade(1),
        a_trade(2, cmd=Cmd.BUY_LIMIT),
        a_closed_trade(3),
        a_balance_record(4, amount="-12.34"),
    )
    first = write(server, *batch)
    assert first.positions == Written(inserted=2)
    assert first.deals == Written(inserted=1)
    assert first.balances == Written(inserted=1)

    again = write(server, *batch, now=LATER)
    assert (again.positions, again.deals, again.balances) == (Written(), Written(), Written())
    assert set(Position.objects.values_list("mirrored_at", flat=True)) == {NOON}
    assert BalanceRecord.objects.get().amount == Decimal("-12.34")


def test_keeps_both_clocks(server: Server) -> None:
    """UTC beside the server's wall clock, which no zone ever touches."""
    write(server, a_closed_trade(3))
    deal = Deal.objects.get()
    assert deal.closed_at == NOON
    assert deal.closed_server_time == wall(NOON)
    assert deal.closed_server_time.tzinfo is None
    assert deal.pk == ticket_key(server.pk, 3) == server.pk * 2**32 + 3


def test_a_moving_market_alone_is_no_change(server: Server) -> None:
    """Only the full pass writes prices of positions that stand."""
    write(server, a_trade(1))
    moved = a_trade(1, close_price=Decimal("1.2"), profit=Decimal(5))
    assert write(server, moved).positions == Written()
    assert write(server, moved, at_market=True).positions == Written(updated=1)
    assert Position.objects.get().profit == Decimal(5)


def test_closing_moves_the_row(server: Server) -> None:
    """Open and closed never stand side by side."""
    write(server, a_trade(1), a_trade(2))
    moved = write(server, a_closed_trade(1))
    assert moved.closed == 1
    assert tickets(Position.objects.all()) == [2]
    assert tickets(Deal.objects.all()) == [1]


def test_closed_stays_closed_for_older_news(server: Server) -> None:
    """An open record from before the closing is outdated; one from after it reopens the ticket."""
    write(server, a_closed_trade(1, changed_stamp=STAMP + 10))
    late = write(server, a_trade(1, changed_stamp=STAMP + 10))
    assert (late.outdated, late.reopened) == (1, 0)
    assert tickets(Deal.objects.all()) == [1]

    reopened = write(server, a_trade(1, changed_stamp=STAMP + 11))
    assert (reopened.outdated, reopened.reopened) == (0, 1)
    assert not Deal.objects.exists()
    assert tickets(Position.objects.all()) == [1]


def test_the_first_second_of_1970_means_open(server: Server) -> None:
    """MetaTrader's zero never reaches the closed trades, and the database refuses it too."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    write(server, replace(a_closed_trade(1), closed_at=epoch, closed_server_time=wall(epoch)))
    assert tickets(Position.objects.all()) == [1]
    assert not Deal.objects.exists()

    write(server, a_closed_trade(2))
    with pytest.raises(IntegrityError, match="partition"), transaction.atomic():
        Deal.objects.filter(ticket=2).update(closed_at=epoch)


def test_a_corrected_closing_time_leaves_one_row(server: Server) -> None:
    """The same trade eight hours later is the same trade, also across months."""
    write(server, a_closed_trade(1))
    write(server, a_closed_trade(1, 1001, NOON + timedelta(hours=8)))
    write(server, a_closed_trade(1, 1001, NOON + timedelta(days=40)))
    deal = Deal.objects.get()
    assert deal.closed_at == NOON + timedelta(days=40)
    assert partitions() == {"trading_deal_2026_04"}


def test_each_month_has_its_partition(server: Server) -> None:
    """Partitions are made as months are met; the application itself may not make one."""
    moments = [NOON + timedelta(days=31 * months) for months in range(3)]
    write(server, *(a_closed_trade(n, 1001, at) for n, at in enumerate(moments, 1)))
    assert partitions() == {"trading_deal_2026_03", "trading_deal_2026_04", "trading_deal_2026_05"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT trading_ensure_deal_partition('2026-03-15')")
        assert cursor.fetchone() == (False,)


def test_a_partial_close_is_a_chain(server: Server) -> None:
    """The rest goes on under a new ticket, and knows its parent through every later comment."""
    write(server, a_trade(10, volume_hundredths=4))
    moved = write(
        server,
        a_closed_trade(10, comment="to #11", volume_hundredths=3),
        a_trade(11, comment="from #10", volume_hundredths=1),
    )
    assert moved.closed == 1
    assert Position.objects.get().parent_ticket == 10

    # The next partial close overwrites the comment that named the parent.
    write(
        server,
        a_closed_trade(11, comment="to #12", volume_hundredths=1),
        a_trade(12, comment="", volume_hundredths=1),
    )
    assert Deal.objects.get(ticket=11).parent_ticket == 10
    assert Position.objects.get().parent_ticket == 11
    write(server, a_closed_trade(12, comment="[sl]"))
    assert Deal.objects.get(ticket=12).parent_ticket == 11


def test_deleting_open_tickets_leaves_closed_ones(server: Server) -> None:
    """What MetaTrader archives stays with us."""
    write(server, a_trade(1), a_closed_trade(2))
    assert moves.delete_open(server.pk, [1, 2]) == 1
    assert tickets(Deal.objects.all()) == [2]


def test_strangers_are_handed_back(server: Server) -> None:
    """Tickets of logins that the mirror does not know are not written, and not lost."""
    moved = write(server, a_trade(1, 9999), a_trade(2))
    assert tickets(moved.strangers) == [1]
    assert tickets(Position.objects.all()) == [2]


def test_an_amount_of_too_many_digits_is_refused_whole(server: Server) -> None:
    """The database checks the digits of the currency; nothing of the batch stays."""
    batch = (a_trade(1), a_trade(2, swap=Decimal("0.001")))
    with pytest.raises(IntegrityError, match="trading_position_digits"), transaction.atomic():
        write(server, *batch)
    assert not Position.objects.exists()


def test_two_servers_share_ticket_numbers(server: Server) -> None:
    """The key is the server and the ticket."""
    other = a_server("demo-2")
    write(server, a_closed_trade(1), a_trade(2))
    write(other, a_closed_trade(1), a_trade(2))
    assert Deal.objects.count() == Position.objects.count() == 2

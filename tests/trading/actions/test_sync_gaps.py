"""What stream and cursor did not tell: comparisons find it, repair it and count it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from tests.factories.market import NOON, a_balance_record, a_closed_trade, a_record, a_trade
from tests.factories.servers import MemoryGateway
from trading.actions import sync, sync_passes
from trading.mirror import compare
from trading.models import Deal, Position, Server, ServerState, TradingAccount

LATER = NOON + timedelta(minutes=5)


def fill(gateway: MemoryGateway) -> None:
    """Two accounts; two open tickets, a closed one and a deposit, all long ago."""
    gateway.account_list = [a_record(login) for login in (1, 2)]
    old: dict[str, Any] = {"changed_stamp": 0}
    gateway.put(a_trade(1, 1, **old), a_trade(2, 2, **old))
    gateway.put(a_closed_trade(3, 1, **old), a_balance_record(4, 2, **old))


def pass_at(server: Server, gateway: MemoryGateway, at: Any, *, full: bool = False) -> Any:
    """One pass; what the gateway was asked is noted anew."""
    gateway.at, gateway.asked = at, []
    return sync.sync_server(server_id=server.pk, now=at, full=full)


def state(server: Server) -> ServerState:
    """Where the mirror stands."""
    return ServerState.objects.get(pk=server.pk)


def test_an_ordinary_pass_reads_numbers_only(server: Server, gateway: MemoryGateway) -> None:
    """Of the open tickets it asks their numbers, as long as it knows all of them."""
    fill(gateway)
    for at in (NOON, LATER):
        pass_at(server, gateway, at)
    assert "open_tickets" in gateway.asked
    assert "open_trades" not in gateway.asked
    assert (state(server).repaired, state(server).repaired_at) == (0, None)


def test_a_lost_opening_is_found_by_its_number(server: Server, gateway: MemoryGateway) -> None:
    """No frame came, and the cursor had passed its stamp."""
    fill(gateway)
    pass_at(server, gateway, NOON)
    gateway.put(a_trade(7, 2, changed_stamp=0))
    pass_at(server, gateway, LATER)
    assert Position.objects.get(ticket=7).account.login == 2
    assert (state(server).repaired, state(server).repaired_at) == (1, LATER)


def test_a_fresh_opening_is_no_gap(server: Server, gateway: MemoryGateway) -> None:
    """It was opened between two questions of one pass: the cursor tells of it, nothing was lost."""
    fill(gateway)
    pass_at(server, gateway, NOON)
    answer, gateway.at = gateway.open_tickets, LATER
    fresh = a_trade(7, 2, changed_stamp=sync_passes.wall_stamp(gateway.server_info().server_time))

    def opens_meanwhile() -> Any:
        gateway.put(fresh)
        return answer()

    gateway.open_tickets = opens_meanwhile  # type: ignore[method-assign]
    pass_at(server, gateway, LATER)
    assert Position.objects.filter(ticket=7).exists()
    assert "open_trades" not in gateway.asked
    assert state(server).repaired == 0


def test_a_lost_closing_is_found_by_its_absence(server: Server, gateway: MemoryGateway) -> None:
    fill(gateway)
    pass_at(server, gateway, NOON)
    gateway.put(a_closed_trade(1, 1, changed_stamp=0))
    pass_at(server, gateway, LATER)
    assert Deal.objects.filter(ticket=1).exists()
    assert not Position.objects.filter(ticket=1).exists()
    assert state(server).repaired == 1


def test_a_skipped_stamp_of_an_account_is_found_by_the_full_pass(
    server: Server, gateway: MemoryGateway
) -> None:
    """The stamp says that nothing changed; the record says otherwise."""
    fill(gateway)
    pass_at(server, gateway, NOON)
    gateway.account_list[1] = a_record(2, balance=Decimal(77), changed_stamp=0)
    pass_at(server, gateway, LATER)
    assert TradingAccount.objects.get(login=2).balance == 1000
    synced = pass_at(server, gateway, LATER + timedelta(minutes=5), full=True)
    assert TradingAccount.objects.get(login=2).balance == 77
    assert synced.accounts.updated == 1
    assert state(server).repaired == 1


def test_the_full_pass_counts_what_the_mirror_holds(server: Server, gateway: MemoryGateway) -> None:
    fill(gateway)
    pass_at(server, gateway, NOON, full=True)
    held = compare.rows_held(server.pk)
    assert held == {"accounts_held": 2, "open_held": 2, "closed_held": 1, "money_held": 1}
    assert {name: getattr(state(server), name) for name in held} == held


def test_partitions_are_made_before_they_are_needed(server: Server, gateway: MemoryGateway) -> None:
    """This month and the next two, over the end of a year too."""
    assert sync_passes.months_ahead(NOON.replace(month=11)) == {"2026-11", "2026-12", "2027-01"}
    assert sync_passes.months_ahead(NOON.replace(month=12)) == {"2026-12", "2027-01", "2027-02"}
    pass_at(server, gateway, NOON, full=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('trading_deal_2026_05') IS NOT NULL")
        assert cursor.fetchone() == (True,)

"""What is no difference between both sides, and how a comparison that is not whole ends."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories.market import (
    NOON,
    a_closed_trade,
    a_quote,
    a_record,
    a_spec,
    a_trade,
)
from tests.factories.servers import ACTOR, MemoryGateway
from tests.trading.actions.verification.looked import found, verify
from trading.actions import sync
from trading.actions.verification import report, verifying
from trading.mirror.verification.differences import Kind
from trading.models import (
    BalanceRecord,
    Deal,
    Position,
    Server,
    ServerState,
    Verification,
)
from trading.states import Verified


def test_what_the_server_archived_is_kept_and_no_difference(
    server: Server, gateway: MemoryGateway
) -> None:
    """Old rows that left the server in the order of their age; a younger gap is a difference."""
    past = [NOON - timedelta(days=days) for days in (400, 300, 200, 100)]
    gateway.put(*(a_closed_trade(40 + n, 1, at) for n, at in enumerate(past)))
    sync.sync_server(server_id=server.pk, now=NOON, full=True)
    gateway.tickets = {k: v for k, v in gateway.tickets.items() if k not in (40, 41)}
    result = verify(server)
    assert found(result) == []
    assert result.tally.kept["closed tickets"] == 2
    del gateway.tickets[43]
    assert found(verify(server)) == [("closed tickets", 43, Kind.EXTRA, ())]


def test_a_moving_market_alone_is_no_difference(server: Server, gateway: MemoryGateway) -> None:
    """Price and profit of an open ticket are judged while the market stands still."""
    gateway.put(replace(gateway.tickets[1], close_price=Decimal("1.2"), profit=Decimal(7)))
    assert [one[3] for one in found(verify(server))] == [("close_price", "profit")]
    gateway.quote_list = [a_quote("EURUSD", "1.2", "1.2", NOON + timedelta(seconds=1))]
    result = verify(server)
    assert (found(result), result.tally.moving) == ([], 1)
    gateway.put(replace(gateway.tickets[1], swap=Decimal(1)))
    assert [one[3] for one in found(verify(server))] == [("swap",)]


def test_a_parent_that_nobody_names_any_more_is_kept(
    server: Server, gateway: MemoryGateway
) -> None:
    """A later partial close overwrote the comment; our row of the parent bears it out."""
    gateway.put(
        replace(gateway.tickets[4], comment=""), replace(gateway.tickets[5], comment="to #50")
    )
    sync.sync_server(server_id=server.pk, now=NOON, full=True)
    Deal.objects.filter(ticket=4).update(comment="")
    Position.objects.filter(ticket=5).update(comment="to #50")
    assert Position.objects.get(ticket=5).parent_ticket == 4
    assert found(verify(server)) == []


@pytest.mark.parametrize("wrong", [{"symbol": "x"}, None], ids=["symbol", "missing"])
def test_a_wrong_parent_is_one_difference_and_the_rest_keeps_its_link(
    server: Server, gateway: MemoryGateway, wrong: dict[str, str] | None
) -> None:
    """Our row of the parent is wrong, and nobody names it any more: the server bears it out."""
    gateway.put(replace(gateway.tickets[4], comment=""), replace(gateway.tickets[5], comment="so"))
    sync.sync_server(server_id=server.pk, now=NOON, full=True)
    Deal.objects.filter(ticket=4).update(comment="")
    Position.objects.filter(ticket=5).update(comment="so")
    parents = Deal.objects.filter(ticket=4)
    _ = parents.update(**wrong) if wrong else parents.delete()
    assert [one[1] for one in found(verify(server))] == [4]
    assert verify(server, repair=True).mended == 1
    assert Position.objects.get(ticket=5).parent_ticket == 4
    assert Deal.objects.get(ticket=4).symbol == gateway.tickets[4].symbol


def test_what_changes_meanwhile_has_time_to_arrive(
    server: Server, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change younger than the patience is waited for; it is none once the mirror has it."""
    gateway.put(a_trade(1, 1, swap=Decimal(-3)))
    waited: list[float] = []

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        sync.sync_server(server_id=server.pk, now=NOON)

    monkeypatch.setattr("trading.actions.verification.comparing.time.sleep", meanwhile)
    result = verifying.verify_server(
        server_id=server.pk, actor=ACTOR, now=NOON, patience_seconds=30
    )
    assert (found(result), waited) == ([], [1.0])


def test_a_server_that_does_not_answer_is_one_sentence(
    server: Server, gateway: MemoryGateway
) -> None:
    """The run is kept as not compared, and nothing is mended."""
    gateway.fails = {"trades"}
    result = verify(server, repair=True)
    assert result.trouble == "The agent at 127.0.0.1:1 does not answer."
    run = Verification.objects.get()
    assert (run.state, run.reason) == (Verified.FAILED, result.trouble)
    assert list(report.lines(result)) == [f"demo-1: not compared: {result.trouble}"]


def test_pages_out_of_order_are_one_sentence(server: Server, gateway: MemoryGateway) -> None:
    """A comparison by key would invent differences."""
    gateway.account_list = [a_record(2), a_record(1)]
    gateway._page = lambda records, cursor, key: type(gateway)._page(  # type: ignore[method-assign]
        gateway, list(reversed(records)), cursor, key
    )
    assert verify(server).trouble == "The server's pages are out of order: login 1 after 2."


def test_more_differences_than_can_be_held_are_counted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory stays bounded, the verdict stays no."""
    monkeypatch.setattr("trading.mirror.verification.differences.MOST", 2)
    BalanceRecord.objects.update(amount=1)
    Deal.objects.update(magic=5)
    result = verify(server)
    assert (len(result.left), result.tally.uncounted) == (2, 2)
    assert list(report.lines(result))[-1].startswith("demo-1: 4 differences")
    assert Verification.objects.get().differences == 4


def test_the_last_run_that_was_killed_is_ended(server: Server) -> None:
    """A run that nobody ends would look as if it went on for ever."""
    Verification.objects.create(server=server, source="agent", run_by="x", started_at=NOON)
    verify(server)
    states = Verification.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == [Verified.FAILED, Verified.EQUAL]


def test_no_settings_are_judged_before_the_first_full_reading(
    server: Server, gateway: MemoryGateway
) -> None:
    """Prices of a mirror that never took a full reading are nobody's fault."""
    ServerState.objects.update(last_full_at=None)
    Position.objects.filter(ticket=1).update(profit=3, changed_stamp=1)
    assert found(verify(server)) == []
    gateway.specs.append(a_spec("GBPUSD", "GBP", "USD"))
    assert [one[1] for one in found(verify(server))] == ["GBPUSD"]

"""Pages that travel as lines: compared without making records, mended with the records they are."""

from typing import Any

from tests.factories.market import NOON
from tests.factories.servers import ACTOR, MemoryGateway
from trading.actions.verification import verifying
from trading.gateway.lines import Lines
from trading.gateway.port import Page
from trading.models import Deal, Position, Server, TradingAccount
from trading.terms import AccountRecord, TradeRecord


def as_lines(gateway: MemoryGateway, name: str, kind: Any) -> None:
    """Let the gateway's pages come as an agent's do."""
    plain = getattr(gateway, name)

    def asked(**told: Any) -> Page[Any]:
        page = plain(**told)
        return Page(records=Lines.of(kind, page.records), next_cursor=page.next_cursor)

    setattr(gateway, name, asked)


def test_lines_are_compared_and_mended_like_records(server: Server, gateway: MemoryGateway) -> None:
    """Nothing is found where nothing differs; each table's difference is, and is mended."""
    as_lines(gateway, "accounts", AccountRecord)
    as_lines(gateway, "trades", TradeRecord)
    told: Any = {"server_id": server.pk, "actor": ACTOR, "now": NOON, "patience_seconds": 0}
    assert verifying.verify_server(**told).is_equal
    TradingAccount.objects.filter(login=2).update(city="Elsewhere")
    Position.objects.filter(ticket=1).delete()
    Deal.objects.filter(ticket=3).update(profit=1)
    result = verifying.verify_server(**told, repair=True)
    assert [(one.table, one.key) for one in result.tally.found] == [
        ("accounts", 2), ("open tickets", 1), ("closed tickets", 3),
    ]  # fmt: skip
    assert [type(one.record) for one in result.tally.found] == [
        AccountRecord, TradeRecord, TradeRecord,
    ]  # fmt: skip
    assert (result.mended, result.is_equal) == (3, True)

"""A simulated MetaTrader in this process, asked as over its socket."""

from datetime import datetime
from typing import Any

import orjson

from trading.gateway.agent.simulated.direct import SimulatedDirect
from trading.gateway.lines import read_line
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.direct import Direct
from trading.gateway.simulator.front.server import answered
from trading.gateway.words import Page
from trading.terms import AccountRecord, ServerInfo, TradeRecord


class DeskDirect(SimulatedDirect):
    """The direct connection of the simulated engine, without the socket between."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self._answer = Direct(desk).answer

    def _call(self, verb: str, /, **arguments: Any) -> tuple[int, str, Any]:
        request = {"id": 1, "verb": verb, "args": orjson.loads(orjson.dumps(arguments))}
        answer = orjson.loads(orjson.dumps(answered(request, self._answer)))
        return answer["code"], answer["text"], answer["result"]


class DeskGateway:
    """The questions of the port, answered by a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._direct = DeskDirect(desk)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._direct, name)

    def server_info(self) -> ServerInfo:
        """Answer as an agent does."""
        facts = self._direct.info()
        return ServerInfo(
            name=facts.name, company=facts.company, build=facts.build, timezone=facts.timezone,
            server_time=facts.server_time, now=self._desk.hours.exact_now(),
            end_of_day=facts.end_of_day, journal_id="journal-1", clock_error_ms=5,
            connection_number=1,
        )  # fmt: skip

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        """Answer with a page of accounts."""
        return self._direct.accounts(since_stamp=since_stamp, cursor=cursor)

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Page[TradeRecord]:
        """Answer with a page of tickets."""
        return self._direct.trades(since_stamp=since_stamp, cursor=cursor)

    def closed_trades(self, *, start: datetime, end: datetime, cursor: str = "") -> Any:
        """Answer with a page of what was closed in a span."""
        return self._direct.closed_trades(start=start, end=end, group="", symbol="", cursor=cursor)


def everything(desk: Desk) -> dict[int, TradeRecord]:
    """Return every ticket that the server ever gave, archived ones too, by number."""
    rows = desk.book.journal.rows(
        "SELECT body FROM trade UNION ALL SELECT body FROM archived_trade"
    )
    records = [read_line(TradeRecord, line) for (line,) in rows]
    found = {record.ticket: record for record in records}
    assert len(found) == len(records), "a ticket stands twice on the server"
    return found

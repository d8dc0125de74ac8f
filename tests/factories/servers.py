"""A registered server with its books, and a gateway that answers from memory."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice.core.actors import Actor
from tests.factories.market import NOON, STAMP, a_group, a_record, a_spec, wall
from trading.actions import servers
from trading.gateway.errors import Refused, Unavailable
from trading.gateway.port import News, Page
from trading.mirror import books, rows
from trading.models import Server
from trading.terms import AccountRecord, GroupSpec, Quote, ServerInfo, SymbolSpec, TradeRecord

ACTOR = Actor.system("tests")


def a_server(code: str = "demo-1", **values: Any) -> Server:
    """Register a server whose clock runs two hours before UTC."""
    plain: dict[str, Any] = {
        "name": "Demo One",
        "kind": "live",
        "timezone": "Etc/GMT-2",
        "agent_url": "http://127.0.0.1:1",
    }
    given = plain | values
    return servers.register_server(code=code, actor=ACTOR, now=NOON - timedelta(days=1), **given)


def some_owners(server: Server, *logins: int, now: datetime = NOON) -> dict[int, rows.Owner]:
    """Mirror accounts of these logins, and return whose they are."""
    with transaction.atomic():
        books.write_symbols(server.pk, [a_spec("EURUSD", "EUR", "USD")], now)
        books.write_groups(server.pk, [a_group()], now)
        books.write_accounts(server.pk, [a_record(login) for login in logins], now)
    return books.owners(server.pk, logins)


class MemoryGateway:
    """A MetaTrader server as lists. `fails` names questions that get no answer."""

    def __init__(self, page_size: int = 1000) -> None:
        self.page_size = page_size
        self.fails: set[str] = set()
        self.asked: list[str] = []
        self.at = NOON
        self.specs: list[SymbolSpec] = [a_spec("EURUSD", "EUR", "USD")]
        self.group_list: list[GroupSpec] = [a_group()]
        self.quote_list: list[Quote] = []
        self.account_list: list[AccountRecord] = []
        self.tickets: dict[int, TradeRecord] = {}
        self.told: list[News] = []
        self.confirmed: list[tuple[str, str, str]] = []

    def put(self, *trades: TradeRecord) -> None:
        """Put tickets on the server, or change them."""
        self.tickets.update({trade.ticket: trade for trade in trades})

    def server_info(self) -> ServerInfo:
        """Answer with the time that the test gave."""
        self._ask("server_info")
        return ServerInfo(
            name="Demo One",
            company="Invented Markets",
            build=1420,
            timezone="Etc/GMT-2",
            server_time=wall(self.at),
            now=self.at,
            end_of_day="00:00",
            journal_id="journal-1",
            clock_error_ms=5,
            connection_number=1,
        )

    def confirm_journal(self, *, journal_id: str, by: str, second: str) -> None:
        """Note who confirmed which journal."""
        self._ask("confirm_journal")
        self.confirmed.append((journal_id, by, second))

    def symbols(self) -> tuple[SymbolSpec, ...]:
        """Answer with every symbol."""
        self._ask("symbols")
        return tuple(self.specs)

    def groups(self) -> tuple[GroupSpec, ...]:
        """Answer with every group."""
        self._ask("groups")
        return tuple(self.group_list)

    def quotes(self) -> tuple[Quote, ...]:
        """Answer with every quote."""
        self._ask("quotes")
        return tuple(self.quote_list)

    def accounts(self, *, since_stamp: int = 0, cursor: str = "") -> Page[AccountRecord]:
        """Answer with a page of accounts."""
        self._ask("accounts")
        changed = [one for one in self.account_list if one.changed_stamp >= since_stamp]
        return self._page(sorted(changed, key=lambda one: one.login), cursor, "login")

    def trades(self, *, since_stamp: int = 0, cursor: str = "") -> Page[TradeRecord]:
        """Answer with a page of tickets."""
        self._ask(f"trades since {since_stamp} after {cursor}")
        changed = [one for one in self.tickets.values() if one.changed_stamp >= since_stamp]
        return self._page(sorted(changed, key=lambda one: one.ticket), cursor, "ticket")

    def open_trades(self) -> tuple[TradeRecord, ...]:
        """Answer with what is open."""
        self._ask("open_trades")
        return tuple(one for one in self.tickets.values() if one.is_open)

    def open_tickets(self) -> tuple[int, ...]:
        """Answer with the numbers of what is open."""
        self._ask("open_tickets")
        return tuple(one.ticket for one in self.tickets.values() if one.is_open)

    def account(self, *, login: int) -> AccountRecord:
        """Answer with one account."""
        self._ask("account")
        for one in self.account_list:
            if one.login == login:
                return one
        raise Refused(65, f"there is no account {login}")

    def logins(self) -> tuple[int, ...]:
        """Answer with every login."""
        self._ask("logins")
        return tuple(one.login for one in self.account_list)

    def history(self, *, login: int, start: datetime, end: datetime) -> tuple[TradeRecord, ...]:
        """Answer with what was closed on an account."""
        self._ask("history")
        return tuple(
            one
            for one in self.tickets.values()
            if one.login == login and one.closed_at is not None and start <= one.closed_at < end
        )

    async def stream(self, *, resume_after: int = 0) -> AsyncIterator[News]:
        """Tell what the test gave, then fall silent for good."""
        for news in self.told:
            if news.number > resume_after:
                yield news

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if question.split()[0] in self.fails:
            raise Unavailable("The agent at 127.0.0.1:1 does not answer.")

    def _page(self, records: list[Any], cursor: str, key: str) -> Page[Any]:
        after = int(cursor or 0)
        left = [one for one in records if getattr(one, key) > after]
        page = left[: self.page_size]
        more = len(left) > len(page)
        return Page(records=tuple(page), next_cursor=str(getattr(page[-1], key)) if more else "")


__all__ = ["ACTOR", "STAMP", "MemoryGateway", "a_server", "some_owners"]

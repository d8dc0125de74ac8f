"""The questions by group, symbol and time, and about the server itself (see protocol.py)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from trading.gateway.lines import Lines, write_line
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.office.lines import CODES_OF
from trading.gateway.simulator.office.rights import matches
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import fragment
from trading.terms import AccountRecord, LogKind, ManagerRight, TradeRecord

DEFAULT_PAGE = 1000
LARGEST_PAGE = 10_000
_PRIVATE = ("name", "email", "phone", "country", "city", "state", "zip_code", "address")


class ReportVerbs:
    """Answers what is asked about many accounts, and about the server, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.verbs: dict[str, Callable[[Arguments], Any]] = {
            "accounts": self._accounts,
            "account": lambda args: fragment(self._shown(desk.book.account(args.whole("login")))),
            "open_trades": self._open_trades,
            "open_tickets": lambda _: sorted(desk.book.open),
            "closed_trades": self._closed_trades,
            "margins": self._margins,
            "online": lambda _: [fragment(one) for one in desk.book.online.values()],
            "managers": lambda _: [fragment(one) for one in desk.book.managers.values()],
            "daily_reports": self._daily_reports,
            "journal": self._journal,
        }

    def _sees_details(self) -> bool:
        """Return whether this manager may see private data."""
        book = self._desk.book
        manager = book.managers.get(book.author.login)
        return manager is None or ManagerRight.USER_DETAILS in manager.rights

    def _shown(self, account: AccountRecord) -> AccountRecord:
        """Return an account as this manager may see it: without the right, no private data."""
        if self._sees_details():
            return account
        blank: dict[str, Any] = dict.fromkeys(_PRIVATE, "")
        return replace(account, **blank)

    def _accounts(self, args: Arguments) -> Any:
        since, after, limit = args.whole("since_stamp"), args.whole("after"), page_limit(args)
        mask = args.text("group")
        if not mask and self._sees_details():
            whole = self._desk.book.journal.changed_accounts(since=since, after=after, limit=limit)
            following = whole[-1][0] if len(whole) == limit else 0
            return {"records": "".join([line for _, line in whole]), "next": following}
        accounts = map(self._desk.book.accounts.__getitem__, self._desk.book.logins_after(after))
        found = (
            account
            for account in accounts
            if account.changed_stamp >= since and matches(mask, account.group)
        )
        page = list(islice(found, limit))
        following = page[-1].login if next(found, None) is not None else 0
        return {"records": _lines(map(self._shown, page)), "next": following}

    def _open_trades(self, args: Arguments) -> Any:
        desk, book = self._desk, self._desk.book
        login, mask, symbol = args.whole("login"), args.text("group"), args.text("symbol")
        if login:
            book.account(login)
        if symbol:
            book.symbol(symbol)
        trades = book.open_of(login) if login else list(book.open.values())
        return _lines(
            desk.priced(trade)
            for trade in trades
            if symbol in ("", trade.symbol) and matches(mask, book.accounts[trade.login].group)
        )

    def _closed_trades(self, args: Arguments) -> Any:
        book, limit = self._desk.book, page_limit(args)
        mask, symbol = args.text("group"), args.text("symbol")
        if symbol:
            book.symbol(symbol)
        span, after = (args.moment("start"), args.moment("end")), args.whole("after")
        page = book.journal.closed_page(span=span, after=after, limit=limit)
        lines = Lines(TradeRecord, "".join([x for _, login, x in page if self._is_of(login, mask)]))
        found = lines.where("symbol", {symbol}) if symbol else lines
        return {"records": found.text, "next": page[-1][0] if len(page) == limit else 0}

    def _is_of(self, login: int, mask: str) -> bool:
        account = self._desk.book.accounts.get(login)
        return matches(mask, account.group) if account is not None else not mask

    def _margins(self, args: Arguments) -> Any:
        desk, after, limit = self._desk, args.whole("after"), page_limit(args)
        logins = list(islice(desk.book.logins_after(after), limit + 1))
        states = []
        for login in logins[:limit]:
            try:
                states.append(fragment(desk.margin_state(login)))
            except No:  # a quote is missing: of this one nothing is known
                continue
        following = logins[limit - 1] if len(logins) > limit else 0
        return {"records": states, "next": following}

    def _daily_reports(self, args: Arguments) -> Any:
        limit, login = page_limit(args), args.whole("login")
        if login:
            self._desk.book.account(login)
        since, after = args.whole("since_stamp"), args.whole("after")
        page = self._desk.book.journal.reports(since=since, login=login, after=after, limit=limit)
        return _numbered(page, limit)

    def _journal(self, args: Arguments) -> Any:
        limit, after, wanted = page_limit(args), args.whole("after"), args.text("text").casefold()
        codes = CODES_OF.get(args.whole("kind", int(LogKind.FULL)))
        if codes is None:
            raise No(Code.INVALID_DATA, "there are no lines of this kind")
        span = args.moment("start"), args.moment("end")
        page = self._desk.book.journal.lines(span=span, codes=codes, after=after, limit=limit)
        following = page[-1][0] if len(page) == limit else 0
        records = [
            orjson.Fragment(text)
            for _, text in page
            if not wanted or wanted in orjson.loads(text)["message"].casefold()
        ]
        return {"records": records, "next": following}


def _lines(records: Iterable[AccountRecord | TradeRecord]) -> str:
    return "".join(map(write_line, records))


def _numbered(page: list[tuple[int, bytes]], limit: int) -> Any:
    records = [orjson.Fragment(text) for _, text in page]
    return {"records": records, "next": page[-1][0] if len(page) == limit else 0}


def page_limit(args: Arguments) -> int:
    """Return how many records a page may have."""
    return max(1, min(args.whole("limit", DEFAULT_PAGE) or DEFAULT_PAGE, LARGEST_PAGE))

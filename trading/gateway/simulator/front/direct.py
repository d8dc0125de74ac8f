"""The verbs of a direct connection: questions, transactions, accounts (see protocol.py)."""

from collections.abc import Callable
from typing import Any

from trading.gateway.lines import write_line
from trading.gateway.simulator.book import Change
from trading.gateway.simulator.dealing.closing_by import close_all, close_by
from trading.gateway.simulator.dealing.pending import activate, delete
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.accounts import AccountVerbs
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.front.reports import ReportVerbs, page_limit
from trading.gateway.simulator.funds import change_balance
from trading.gateway.simulator.office.authors import Author
from trading.gateway.simulator.office.rights import BACK_OFFICE, comes_from, right_for
from trading.gateway.simulator.orders import (
    Order,
    close_trade,
    modify_trade,
    open_trade,
    rewrite_comment,
)
from trading.gateway.simulator.protocol import Code, No, Transaction
from trading.gateway.simulator.records import fragment, plain
from trading.terms import LogCode, TradeRecord

OURS = Author(BACK_OFFICE, "127.0.0.1")
_CHANGES = frozenset(
    {"transaction", "user_new", "user_update", "user_password_set", "users_group_op"}
)

Answer = Any
Booked = tuple[TradeRecord, int]  # the record, and the ticket of a remainder


class Direct:
    """Answers direct requests at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._verbs: dict[str, Callable[[Arguments], Answer]] = {
            "server_info": self._server_info,
            "symbols": lambda _: [fragment(one) for one in desk.book.symbols.values()],
            "groups": lambda _: [fragment(one) for one in desk.book.groups.values()],
            "quotes": lambda _: [fragment(one) for one in desk.market.quotes.values()],
            "trades": self._trades,
            "logins": lambda _: list(desk.book.accounts),
            "trade": self._trade,
            "history": self._history,
            "find_marker": self._find_marker,
            "margin": lambda args: fragment(desk.margin_state(args.whole("login"))),
            "transaction": self._transaction,
            **AccountVerbs(desk).verbs,
            **ReportVerbs(desk).verbs,
        }
        self._transactions: dict[int, Callable[[Change, Order], Booked]] = {
            Transaction.OPEN: self._open,
            Transaction.CLOSE: self._close,
            Transaction.DELETE: self._delete,
            Transaction.CLOSE_BY: lambda change, order: close_by(desk, change, order),
            Transaction.CLOSE_ALL: lambda change, order: close_all(desk, change, order),
            Transaction.ACTIVATE: lambda change, order: (activate(desk, change, order), 0),
            Transaction.MODIFY: lambda change, order: (modify_trade(desk, change, order), 0),
            Transaction.COMMENT: lambda change, order: (rewrite_comment(desk, change, order), 0),
            Transaction.BALANCE: lambda change, order: (change_balance(desk, change, order), 0),
        }

    def answer(self, verb: str, args: object, author: Author = OURS) -> Answer:
        """Return the result of a request; raise `No` for every answer that is not 0.

        Who may not do it is answered 7; a change that is refused leaves a line in the journal.
        """
        run = self._verbs.get(verb)
        if run is None:
            raise No(Code.INVALID_DATA, f"there is no verb {verb!r:.40}")
        book = self._desk.book
        with book.acting(author):
            try:
                self._check_right(verb, args)
                return run(Arguments(args))
            except No as no:
                if verb in _CHANGES:
                    book.write_line(LogCode.WARNING, f"{verb} refused - {no.text}")
                raise

    def knows(self, author: Author) -> bool:
        """Return whether there is such a manager account, and whether it may come from there."""
        manager = self._desk.book.managers.get(author.login)
        return manager is not None and comes_from(manager, author.ip)

    def _check_right(self, verb: str, args: object) -> None:
        manager = self._desk.book.managers.get(self._desk.book.author.login)
        needed = right_for(verb, args.get("type") if isinstance(args, dict) else None)
        if manager is None or (needed is not None and needed not in manager.rights):
            raise No(Code.NOT_ENOUGH_RIGHTS, str(needed or "no manager"))

    # Questions ------------------------------------------------------------------------------------

    def _server_info(self, _: Arguments) -> Answer:
        desk, now = self._desk, self._desk.hours.exact_now()
        server_time = desk.hours.server_time(now)
        return {
            "name": desk.identity.name,
            "company": desk.identity.company,
            "build": desk.identity.build,
            "timezone": desk.hours.zone.key,
            "server_time": server_time.isoformat(),
            "now": now.replace(tzinfo=None).isoformat() + "Z",
            "end_of_day": desk.hours.end_of_day.strftime("%H:%M"),
            "closed_window": desk.hours.is_closed(now),
            "code_page": desk.identity.code_page,
        }

    def _trades(self, args: Arguments) -> Answer:
        since, after, limit = args.whole("since_stamp"), args.whole("after"), page_limit(args)
        book = self._desk.book
        page = book.journal.changed(since=since, after=after, limit=limit)
        lines = [
            write_line(self._desk.priced(book.open[ticket])) if is_open else line
            for ticket, is_open, line in page
        ]
        return {"records": "".join(lines), "next": page[-1][0] if len(page) == limit else 0}

    def _trade(self, args: Arguments) -> Answer:
        ticket = args.whole("ticket")
        trade = self._desk.book.open.get(ticket)
        if trade is not None:
            return fragment(self._desk.priced(trade))
        closed = self._desk.book.journal.trade(ticket)
        if closed is None:
            raise No(Code.INVALID_DATA, f"there is no ticket {ticket}")
        return fragment(closed)

    def _history(self, args: Arguments) -> Answer:
        login, start, end = args.whole("login"), args.moment("start"), args.moment("end")
        self._desk.book.account(login)
        return "".join(self._desk.book.journal.history(login=login, start=start, end=end))

    def _find_marker(self, args: Arguments) -> Answer:
        marker, start, end = args.text("marker", None), args.moment("start"), args.moment("end")
        if not marker:
            raise No(Code.INVALID_DATA, "an empty marker would find everything")
        return "".join(self._desk.book.journal.marked(marker=marker, start=start, end=end))

    # Changes --------------------------------------------------------------------------------------

    def _transaction(self, args: Arguments) -> Answer:
        self._desk.check_open()
        run = self._transactions.get(args.whole("type"))
        if run is None:
            raise No(Code.INVALID_DATA, "unknown trade transaction")
        order = args.order(login="orderby", ticket="order")
        with self._desk.book.change() as change:
            booked, remainder = run(change, order)
        return answer_of(booked, remainder)

    def _open(self, change: Change, order: Order) -> Booked:
        return open_trade(self._desk, change, order), 0

    def _close(self, change: Change, order: Order) -> Booked:
        if order.volume <= 0:
            raise No(Code.BAD_VOLUME, str(order.volume))
        return close_trade(self._desk, change, order)

    def _delete(self, change: Change, order: Order) -> Booked:
        return delete(self._desk, change, order), 0


def answer_of(booked: TradeRecord, remainder: int) -> Answer:
    """Return the result of a transaction."""
    return {"order": booked.ticket, "trade": plain(booked), "remainder": remainder}

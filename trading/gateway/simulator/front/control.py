"""The stage door: what demos and tests do to the market, to clients' terminals and to the clock."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta
from types import MappingProxyType
from typing import Any

from trading.gateway.limits import GROUP_BYTES
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.front.direct import Direct, answer_of
from trading.gateway.simulator.front.pump import Pump
from trading.gateway.simulator.office.authors import Author, home_of
from trading.gateway.simulator.orders import Order, rewrite_comment
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import fragment
from trading.gateway.simulator.terminal import Terminal
from trading.terms import GroupSecurity, ManagerAccount

Verbs = Mapping[str, Callable[[Arguments], Any]]


class Control:
    """Answers the control socket of one desk."""

    def __init__(
        self,
        desk: Desk,
        clockwork: Clockwork,
        pump: Pump,
        direct: Direct,
        more: Verbs = MappingProxyType({}),
    ) -> None:
        self._desk = desk
        self._direct = direct
        self._clockwork = clockwork
        self._pump = pump
        self._terminal = Terminal(desk)
        self._verbs: dict[str, Callable[[Arguments], Any]] = {
            "status": self._status,
            "set_quote": self._set_quote,
            "hold": lambda _: self._hold(True),
            "release": lambda _: self._hold(False),
            "client_open": lambda args: answer_of(self._terminal.open(_order(args)), 0),
            "client_close": lambda args: answer_of(*self._terminal.close(_order(args))),
            "client_modify": lambda args: answer_of(self._terminal.modify(_order(args)), 0),
            "client_cancel": lambda args: answer_of(self._terminal.cancel(_order(args)), 0),
            "rewrite_comments": self._rewrite_comments,
            "sign_in": self._sign_in,
            "sign_out": self._sign_out,
            "manager": self._manager,
            "put_manager": self._put_manager,
            "copy_group": self._copy_group,
            "set_security": self._set_security,
            "end_of_day": self._end_of_day,
            "run_end_of_day": self._run_end_of_day,
            **more,
        }

    def answer(self, verb: str, args: object) -> Any:
        """Return the result of a request; raise `No` for every answer that is not 0."""
        run = self._verbs.get(verb)
        if run is None:
            raise No(Code.INVALID_DATA, f"there is no verb {verb!r:.40}")
        return run(Arguments(args))

    def _status(self, _: Arguments) -> Any:
        book = self._desk.book
        return {
            "pid": os.getpid(),
            "accounts": len(book.accounts),
            "open": len(book.open),
            "held": self._desk.market.held,
            "closed_window": self._desk.hours.is_closed(self._desk.hours.now()),
            "margin_calls": len(self._clockwork.margin_calls),
            "operations": book.operations,
            "listeners": self._pump.listeners,
        }

    def _set_quote(self, args: Arguments) -> Any:
        bid, ask = args.amount("bid", None), args.perhaps("ask", args.amount)
        now = self._desk.hours.exact_now()
        quote = self._desk.market.set_quote(args.text("symbol", None), bid, ask, now)
        self._desk.book.journal.write_specs(quotes=[quote])
        self._clockwork.quotes_changed([quote])
        self._clockwork.watch_margin()
        return fragment(quote)

    def _sign_in(self, args: Arguments) -> Any:
        login = args.whole("login", None)
        return fragment(self._desk.book.sign_in(login, args.text("ip") or home_of(login)))

    def _sign_out(self, args: Arguments) -> Any:
        self._desk.book.sign_out(args.whole("login", None))
        return {}

    def _manager(self, args: Arguments) -> Any:
        """Do what another manager does: a direct verb, under his login and from his address."""
        author = Author(args.whole("login", None), args.text("ip") or home_of(0))
        return self._direct.answer(args.text("verb", None), args.given("args"), author)

    def _put_manager(self, args: Arguments) -> Any:
        manager: ManagerAccount = args.term("manager", ManagerAccount)
        book = self._desk.book
        # All of them: a server begun with the usual ones has none of them written yet.
        known = {**book.managers, manager.login: manager}
        book.journal.write_specs(managers=known.values())
        book.managers[manager.login] = manager
        return fragment(manager)

    def _set_security(self, args: Arguments) -> Any:
        book, security = self._desk.book, args.term("security", GroupSecurity)
        group = book.groups.get(args.text("group"))
        if group is None:
            raise No(Code.INVALID_DATA, "there is no such group")
        others = tuple(one for one in group.securities if one.name != security.name)
        group = replace(group, securities=(*others, security))
        book.journal.write_specs(groups=[group])
        book.groups[group.name] = group
        return fragment(group)

    def _copy_group(self, args: Arguments) -> Any:
        book, name = self._desk.book, args.text("name", None)
        if args.text("group") not in book.groups or not 0 < len(name) <= GROUP_BYTES:
            raise No(Code.INVALID_DATA, "a group to copy and a name for the copy are wanted")
        copy = replace(book.groups[args.text("group")], name=name)
        book.journal.write_specs(groups=[copy])
        book.groups[name] = copy
        return fragment(copy)

    def _rewrite_comments(self, args: Arguments) -> Any:
        tickets, comment = args.wholes("tickets"), args.text("comment")
        with self._desk.book.change() as change:
            for ticket in tickets:
                rewrite_comment(self._desk, change, Order(ticket=ticket, comment=comment))
        return {"changed": len(tickets)}

    def _hold(self, held: bool) -> Any:
        self._desk.market.held = held
        self._desk.book.journal.write(settings={"held": "1" if held else ""})
        return {"held": held}

    def _end_of_day(self, args: Arguments) -> Any:
        hours = self._desk.hours
        try:
            at = time.fromisoformat(args.text("at", None))
        except ValueError as wrong:
            raise No(Code.INVALID_DATA, "at is no HH:MM") from wrong
        seconds = args.whole("seconds", hours.closed_seconds)
        self._clockwork.set_end_of_day(at, seconds)
        return {"at": hours.end_of_day.strftime("%H:%M"), "seconds": hours.closed_seconds}

    def _run_end_of_day(self, args: Arguments) -> Any:
        hours = self._desk.hours
        charged = self._clockwork.end_of_day_now()
        hours.closed_until = hours.exact_now() + timedelta(seconds=args.whole("seconds"))
        return {"swaps": charged}


def _order(args: Arguments) -> Order:
    return args.order(login="login", ticket="ticket")

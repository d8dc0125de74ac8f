"""The stage door's part for whoever administers the server: rules, antiflood, archive, history."""

from collections.abc import Callable
from typing import Any

from trading.gateway.errors import BadMessage
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.office import archive, tampering
from trading.gateway.simulator.office.antiflood import Antiflood
from trading.gateway.simulator.office.group_rules import GroupRules, SymbolRules
from trading.gateway.simulator.protocol import Code, No
from trading.gateway.simulator.records import fragment, plain
from trading.gateway.wire import decode


class SettingVerbs:
    """The verbs, by name; each takes Arguments."""

    def __init__(self, desk: Desk, antiflood: Antiflood) -> None:
        self._desk = desk
        self._flood = antiflood
        self.verbs: dict[str, Callable[[Arguments], Any]] = {
            "group_rules": self._group_rules,
            "symbol_rules": self._symbol_rules,
            "antiflood": self._antiflood,
            "archive_trades": lambda args: {
                "archived": archive.archive_trades(desk, days=args.whole("days", None))
            },
            "archive_accounts": lambda _: {"archived": archive.archive_accounts(desk)},
            "erase_record": lambda args: fragment(
                tampering.erase_record(
                    desk,
                    ticket=args.whole("ticket", None),
                    with_balance=bool(args.whole("balance")),
                )
            ),
            "edit_record": lambda args: fragment(
                tampering.edit_record(
                    desk,
                    ticket=args.whole("ticket", None),
                    amount=args.amount("amount", None),
                    with_balance=bool(args.whole("balance")),
                )
            ),
        }

    def _group_rules(self, args: Arguments) -> Any:
        name = args.text("name", None)
        if name not in self._desk.book.groups:
            raise No(Code.INVALID_DATA, f"there is no group {name}")
        rules = _read(GroupRules, {**plain(self._desk.book.rules.group(name)), **args.record()})
        self._desk.book.rules.put_group(rules)
        return fragment(rules)

    def _symbol_rules(self, args: Arguments) -> Any:
        name = self._desk.book.symbol(args.text("name", None)).name
        rules = _read(SymbolRules, {**plain(self._desk.book.rules.symbol(name)), **args.record()})
        self._desk.book.rules.put_symbol(rules)
        return fragment(rules)

    def _antiflood(self, args: Arguments) -> Any:
        self._flood.limit = args.whole("limit", self._flood.limit)
        blocked = self._flood.blocked(self._desk.hours.exact_now())
        return {"limit": self._flood.limit, "blocked": sorted(blocked)}


def _read(kind: type, wanted: dict[str, Any]) -> Any:
    try:
        return decode(kind, wanted)
    except BadMessage as wrong:
        raise No(Code.INVALID_DATA, str(wrong)) from wrong

"""What happens to a MetaTrader server in a day: staff, clients, the market and the night.

Everything is chosen by a seed and carried out by the server's own verbs, at the manager's door or
at the stage door; what the server refuses is counted and is part of the day.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from trading.gateway.lines import Lines
from trading.gateway.wire import encode
from trading.terms import TradeRecord

Record = dict[str, Any]
#: Carries a verb out at the manager's door or the stage door: MetaTrader's code and its result.
Ask = Callable[[str, str, Record], tuple[int, Any]]
MANAGER, STAGE = "manager", "stage"
LOOK_EVERY = 40  # events between two looks at what is open: what is gone meanwhile is refused
SHARES = {
    "open_trade": 22, "place": 9, "close": 12, "close_part": 9, "modify": 9, "deposit": 7,
    "withdraw": 4, "credit": 3, "comment": 5, "delete": 3, "move_price": 12, "switch": 6,
    "close_by": 2,
    "close_all": 1, "activate": 2, "client_open": 5, "client_close": 3, "new_account": 1,
    "update_account": 3, "delete_account": 1, "end_of_day": 0.3,
}  # fmt: skip


class Hands:
    """Does one random thing after the other."""

    def __init__(self, chance: random.Random, ask: Ask, now: Callable[[], datetime]) -> None:
        self._chance = chance
        self._ask_server = ask
        self._now = now
        self._until_look = 0
        self._logins: list[int] = []
        self._open: list[Record] = []
        self._quotes: dict[str, Record] = {}
        self._groups: list[str] = []
        self._number = 0
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    def act(self) -> str:
        """Let one thing happen; return what it was."""
        self._look()
        if not (self._logins and self._quotes and self._groups):
            return "nothing"  # the server is away
        names = list(SHARES)
        (name,) = self._chance.choices(names, weights=[SHARES[one] for one in names])
        code = getattr(self, f"_{name}")()
        (self.done if code == 0 else self.refused)[name] += 1
        return name

    def open_one(self) -> None:
        """Open a position, as far as the server lets us."""
        self._look()
        if self._logins and self._quotes:
            code = self._open_trade()
            (self.done if code == 0 else self.refused)["open_trade"] += 1

    def _look(self) -> None:
        """Look at the server now and then, as people do."""
        self._until_look -= 1
        if self._until_look > 0 and self._quotes and self._logins:
            return
        self._until_look = LOOK_EVERY
        self._logins = self._told("logins") or self._logins
        self._open = self._told("open_trades")
        quotes = {one["symbol"]: one for one in self._told("quotes")}
        self._quotes = quotes or self._quotes
        self._groups = [one["name"] for one in self._told("groups")] or self._groups

    def _told(self, verb: str) -> Any:
        code, result = self._ask_server(MANAGER, verb, {})
        if isinstance(result, str):  # many records travel as lines
            return [encode(TradeRecord, one) for one in Lines(TradeRecord, result)]
        return result if code == 0 else []

    def _ask(self, door: str, verb: str, **args: Any) -> int:
        code, result = self._ask_server(door, verb, args)
        trade = result.get("trade") if isinstance(result, dict) else None
        if code == 0 and trade and trade["closed_at"] is None:
            self._open.append(trade)
        return code

    def _transact(self, kind: int, **args: Any) -> int:
        return self._ask(MANAGER, "transaction", type=kind, **args)

    # What is chosen

    def _login(self) -> int:
        return self._chance.choice(self._logins)

    def _ticket(self, *cmds: int) -> Record | None:
        fitting = [one for one in self._open if one["cmd"] in cmds]
        return self._chance.choice(fitting) if fitting else None

    def _text(self) -> str:
        self._number += 1
        words = ("", f"note {self._number}", "Grüße", f"long {self._number} " + "x" * 40)
        return self._chance.choice(words)

    def _amount(self, most: int = 500_000) -> str:
        return str(Decimal(self._chance.randrange(1, most)) / 100)

    def _at_market(self, symbol: str, cmd: int) -> str:
        quote = self._quotes[symbol]
        return str(quote["ask"] if cmd % 2 == 0 else quote["bid"])

    def _near(self, symbol: str, points: int) -> str:
        price = Decimal(self._quotes[symbol]["bid"])
        return str(price + points * Decimal(1).scaleb(price.as_tuple().exponent))  # type: ignore[arg-type]

    def _later(self) -> str:
        moment = self._now() + timedelta(hours=self._chance.randrange(1, 200))
        return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"

    # Money

    def _deposit(self) -> int:
        return self._transact(
            83, cmd=6, orderby=self._login(), price=self._amount(), comment=self._text()
        )

    def _withdraw(self) -> int:
        amount = "-" + self._amount(20_000)
        return self._transact(83, cmd=6, orderby=self._login(), price=amount, comment=self._text())

    def _credit(self) -> int:
        amount = self._chance.choice(("", "-")) + self._amount(10_000)
        return self._transact(
            83, cmd=7, orderby=self._login(), price=amount, expiration=self._later()
        )

    # Trades

    def _open_at(self, door: str, verb: str, login_key: str, **more: Any) -> int:
        symbol, cmd = self._chance.choice(list(self._quotes)), self._chance.randrange(2)
        told = {login_key: self._login(), "cmd": cmd, "symbol": symbol, **more}
        volume = self._chance.choice((1, 2, 5, 10, 37, 100))
        if door == MANAGER:
            told["price"] = self._at_market(symbol, cmd)
        return self._ask(door, verb, volume=volume, comment=self._text(), **told)

    def _open_trade(self) -> int:
        return self._open_at(MANAGER, "transaction", "orderby", type=75)

    def _client_open(self) -> int:
        return self._open_at(STAGE, "client_open", "login", magic=self._chance.randrange(5))

    def _place(self) -> int:
        symbol = self._chance.choice(list(self._quotes))
        cmd = self._chance.randrange(2, 6)
        below = cmd in (2, 5)
        price = self._near(symbol, self._chance.randrange(20, 900) * (-1 if below else 1))
        expiry = self._later() if self._chance.random() < 0.4 else None
        return self._transact(
            75, cmd=cmd, orderby=self._login(), symbol=symbol, price=price, volume=10,
            comment=self._text(), expiration=expiry,
        )  # fmt: skip

    def _close_volume(self, part: bool) -> int:
        trade = self._ticket(0, 1)
        if trade is None:
            return -1
        whole = trade["volume_hundredths"]
        volume = self._chance.randrange(1, whole + 1) if part else whole
        price = self._at_market(trade["symbol"], trade["cmd"] + 1)
        return self._transact(76, order=trade["ticket"], volume=volume, price=price)

    def _close(self) -> int:
        return self._close_volume(part=False)

    def _close_part(self) -> int:
        return self._close_volume(part=True)

    def _client_close(self) -> int:
        trade = self._ticket(0, 1)
        if trade is None:
            return -1
        return self._ask(STAGE, "client_close", login=trade["login"], ticket=trade["ticket"])

    def _modify(self) -> int:
        trade = self._ticket(0, 1, 2, 3, 4, 5)
        if trade is None:
            return -1
        away = self._chance.randrange(50, 2000) * (1 if trade["cmd"] % 2 else -1)
        stop = self._near(trade["symbol"], away) if self._chance.random() < 0.7 else "0"
        return self._transact(80, order=trade["ticket"], price=trade["open_price"], sl=stop)

    def _delete(self) -> int:
        trade = self._ticket(2, 3, 4, 5) or self._ticket(0, 1)
        return -1 if trade is None else self._transact(77, order=trade["ticket"], cmd=trade["cmd"])

    def _activate(self) -> int:
        trade = self._ticket(2, 3, 4, 5)
        if trade is None:
            return -1
        price = self._at_market(trade["symbol"], trade["cmd"])
        return self._transact(81, order=trade["ticket"], price=price)

    def _close_by(self) -> int:
        one = self._ticket(0)
        other = next(
            (
                two
                for two in self._open
                if one and two["cmd"] == 1 and two["login"] == one["login"]
                and two["symbol"] == one["symbol"]
            ),
            None,
        )  # fmt: skip
        if one is None or other is None:
            return -1
        return self._transact(78, order=one["ticket"], orderby=other["ticket"])

    def _close_all(self) -> int:
        trade = self._ticket(0, 1)
        if trade is None:
            return -1
        return self._transact(79, orderby=trade["login"], symbol=trade["symbol"])

    def _comment(self) -> int:
        trade = self._ticket(0, 1, 2, 3, 4, 5)
        if trade is None:
            return -1
        # An older number is a closed ticket as often as not: booked records are rewritten too.
        ticket = trade["ticket"] - self._chance.choice((0, 0, 1, 7, 40))
        return self._transact(82, order=max(1, ticket), comment=self._text())

    # Accounts, market, night

    def _switch(self) -> int:
        command = self._chance.choice(("enable", "disable", "read_only", "tradable", "leverage"))
        if self._chance.random() < 0.2:
            command = "group"
        return self._ask(
            MANAGER, "users_group_op", logins=[self._login()], command=command,
            leverage=self._chance.choice((50, 100, 200)), group=self._chance.choice(self._groups),
        )  # fmt: skip

    def _new_account(self) -> int:
        group = self._chance.choice(self._groups)
        code = self._ask(
            MANAGER, "user_new", group=group, name=f"New {self._text()}", leverage=100,
            password="Abc12345", password_investor="Xyz98765", city="Zürich",
        )  # fmt: skip
        self._until_look = 0 if code == 0 else self._until_look
        return code

    def _update_account(self) -> int:
        login = self._login()
        code, account = self._ask_server(MANAGER, "account", {"login": login})
        if code != 0:
            return code
        fields = {
            name: account[name]
            for name in (
                "group", "name", "leverage", "email", "phone", "country", "state", "zip_code",
                "address", "lead_source", "id_number", "status", "comment", "agent_login",
                "enabled", "read_only", "color", "may_change_password", "sends_reports",
            )
            if name in account
        }  # fmt: skip
        return self._ask(MANAGER, "user_update", login=login, city=self._text(), **fields)

    def _delete_account(self) -> int:
        # The highest stays: its number would be given again, perhaps in another currency.
        busy = {one["login"] for one in self._open} | {max(self._logins, default=0)}
        idle = [login for login in self._logins if login not in busy]
        if len(self._logins) < 5 or not idle:
            return -1
        login = self._chance.choice(idle)
        code = self._ask(MANAGER, "users_group_op", logins=[login], command="delete")
        self._until_look = 0 if code == 0 else self._until_look
        return code

    def _move_price(self) -> int:
        symbol = self._chance.choice(list(self._quotes))
        price = self._near(symbol, self._chance.choice((-300, -40, -5, -1, 1, 5, 40, 300)))
        if Decimal(price) <= 0:
            return -1
        code = self._ask(STAGE, "set_quote", symbol=symbol, bid=price)
        self._quotes[symbol] = {**self._quotes[symbol], "bid": price, "ask": price}
        return code

    def _end_of_day(self) -> int:
        return self._ask(STAGE, "run_end_of_day", seconds=0)

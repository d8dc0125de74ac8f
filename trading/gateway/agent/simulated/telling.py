"""The commands of the direct connection: the fields of the port under MetaTrader's names."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from trading.gateway import wire
from trading.gateway.agent.engine import Reply
from trading.gateway.agent.simulated.socket import read
from trading.gateway.words import AccountChanges, NewAccount
from trading.terms import AccountRecord, BalanceKind, Cmd

_OPEN, _CLOSE, _DELETE, _CLOSE_BY, _CLOSE_ALL = 75, 76, 77, 78, 79
_MODIFY, _ACTIVATE, _COMMENT, _BALANCE = 80, 81, 82, 83
_NAMES = {
    "login": "orderby",
    "ticket": "order",
    "opposite": "orderby",
    "amount": "price",
    "volume_hundredths": "volume",
    "stop_loss": "sl",
    "take_profit": "tp",
    "expires_at": "expiration",
}
#: What a record holds that no update can set: MetaTrader keeps these itself.
_KEPT = frozenset(
    {
        "login", "currency", "balance", "credit", "previous_balance", "registered_at",
        "registered_server_time", "changed_stamp",
    }
)  # fmt: skip


def plain(value: Any) -> Any:
    """Return an argument as the socket wants it: like the wire, by the value's own type."""
    if value is None:
        return None
    if isinstance(value, Cmd):
        return int(value)
    if isinstance(value, tuple):
        return list(value)
    return wire.encode(type(value), value)


class SimulatedTelling:
    """Each command is one request, answered by a code."""

    def _call(self, verb: str, /, **arguments: Any) -> tuple[int, str, Any]:
        raise NotImplementedError

    def _tell(self, verb: str, /, **arguments: Any) -> Reply:
        code, text, result = self._call(verb, **{n: plain(v) for n, v in arguments.items()})
        known = result if isinstance(result, dict) else {}
        numbers = {n: read(int, known.get(n, 0)) for n in ("order", "login", "remainder")}
        return Reply(
            code=code,
            text=text,
            ticket=numbers["order"],
            login=numbers["login"],
            remainder=numbers["remainder"],
        )

    # Accounts

    def open_account(self, *, account: NewAccount) -> Reply:
        fields = {name: getattr(account, name) for name in account.__slots__}
        fields["password_investor"] = fields.pop("investor_password")
        return self._tell("user_new", **fields)

    def update_account(self, *, login: int, changes: AccountChanges) -> Reply:
        return self._patched(login, **changes.given())

    def set_read_only(self, *, login: int, read_only: bool) -> Reply:
        return self._patched(login, read_only=read_only)

    def _patched(self, login: int, **changes: Any) -> Reply:
        """Read the record, change it, write it back whole, as MetaTrader wants it."""
        code, text, found = self._call("account", login=login)
        if code != 0:
            return Reply(code=code, text=text)
        record = replace(read(AccountRecord, found), **changes)
        whole = {n: getattr(record, n) for n in record.__slots__ if n not in _KEPT}
        return self._tell("user_update", login=login, **whole)

    def set_password(self, *, login: int, password: str, investor: bool) -> Reply:
        return self._tell("user_password_set", login=login, password=password, investor=investor)

    def set_enabled(self, *, login: int, enabled: bool) -> Reply:
        return self._switch(login, "enable" if enabled else "disable")

    def set_leverage(self, *, login: int, leverage: int) -> Reply:
        return self._switch(login, "leverage", leverage=leverage)

    def set_group(self, *, login: int, group: str) -> Reply:
        return self._switch(login, "group", group=group)

    def delete_account(self, *, login: int) -> Reply:
        return self._switch(login, "delete")

    def _switch(self, login: int, command: str, **fields: Any) -> Reply:
        return self._tell("users_group_op", logins=(login,), command=command, **fields)

    # Money and trades

    def change_balance(self, *, kind: BalanceKind, **told: Any) -> Reply:
        cmd = Cmd.CREDIT if kind is BalanceKind.CREDIT else Cmd.BALANCE
        return self._transact(_BALANCE, {"cmd": cmd, **told})

    def open_trade(self, **told: Any) -> Reply:
        return self._transact(_OPEN, told)

    def close_trade(self, **told: Any) -> Reply:
        return self._transact(_CLOSE, told)

    def modify_trade(self, **told: Any) -> Reply:
        return self._transact(_MODIFY, told)

    def close_by(self, **told: Any) -> Reply:
        return self._transact(_CLOSE_BY, told)

    def close_all(self, **told: Any) -> Reply:
        return self._transact(_CLOSE_ALL, told)

    def activate_order(self, **told: Any) -> Reply:
        return self._transact(_ACTIVATE, told)

    def delete_order(self, **told: Any) -> Reply:
        return self._transact(_DELETE, told)

    def change_comment(self, **told: Any) -> Reply:
        return self._transact(_COMMENT, told)

    def _transact(self, kind: int, told: Mapping[str, Any]) -> Reply:
        fields = {_NAMES.get(name, name): value for name, value in told.items()}
        return self._tell("transaction", type=kind, **fields)

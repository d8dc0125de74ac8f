"""The verbs of a direct connection that change accounts (see protocol.py)."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from trading.gateway.simulator.book import Change
from trading.gateway.simulator.desk import Desk
from trading.gateway.simulator.front.arguments import Arguments
from trading.gateway.simulator.persons.accounts import (
    Applicant,
    Details,
    GroupOperation,
    Update,
    open_account,
    operate_on_group,
    set_password,
    update_account,
)
from trading.gateway.simulator.protocol import Code, No

_WHOLE = ("leverage", "agent_login")


class AccountVerbs:
    """Answers what is told of accounts at one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.verbs: dict[str, Callable[[Arguments], Any]] = {
            "user_new": self._new,
            "user_update": self._update,
            "user_password_set": self._password_set,
            "user_password_check": self._password_check,
            "users_group_op": self._group_op,
        }

    def _new(self, args: Arguments) -> Any:
        applicant = Applicant(
            password=args.text("password"),
            password_investor=args.text("password_investor"),
            login=args.whole("login"),
            **_details(args),
        )
        with self._desk.book.change() as change:
            account = open_account(self._desk, change, applicant)
        return {"login": account.login}

    def _update(self, args: Arguments) -> Any:
        update = Update(
            login=args.whole("login", None),
            enabled=args.flag("enabled"),
            read_only=args.flag("read_only"),
            color=args.unsigned("color"),
            may_change_password=args.flag("may_change_password"),
            sends_reports=args.flag("sends_reports"),
            **_details(args),
        )
        with self._desk.book.change() as change:
            account = update_account(self._desk, change, update)
        return {"login": account.login}

    def _password_set(self, args: Arguments) -> Any:
        login, password = args.whole("login", None), args.text("password", None)
        with self._desk.book.change() as change:
            set_password(change, login, password, investor=args.flag("investor"))
        return {"login": login}

    def _password_check(self, args: Arguments) -> Any:
        login = args.whole("login", None)
        self._desk.book.account(login)
        change = Change(self._desk.book, self._desk.hours.now())
        if not change.has_password(login, args.text("password", None)):
            raise No(Code.BAD_ACCOUNT_INFO, "wrong password")
        return {"login": login}

    def _group_op(self, args: Arguments) -> Any:
        operation = GroupOperation(
            logins=args.wholes("logins"),
            command=args.text("command"),
            leverage=args.whole("leverage"),
            group=args.text("group"),
        )
        with self._desk.book.change() as change:
            changed = operate_on_group(self._desk, change, operation)
        return {"changed": changed}


def _details(args: Arguments) -> dict[str, Any]:
    """Return what a person's record holds, by field."""
    names = (one.name for one in fields(Details))
    return {name: args.whole(name) if name in _WHOLE else args.text(name) for name in names}

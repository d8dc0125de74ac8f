"""Commands about accounts for tests: a catalogue, and a MetaTrader that answers from memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from backoffice.core import clock
from tests.factories.market import STAMP, a_record
from tests.factories.people import a_staff_user
from tests.factories.servers import MemoryGateway
from trading.actions.ordering import asking
from trading.actions.ordering.asking import Wish
from trading.gateway.errors import Refused
from trading.gateway.port import NewAccount
from trading.models import AccountCommand, AccountType, Group, TradingAccount
from trading.states import AccountVerb
from trading.terms import AccountRecord, Done


class AccountGateway(MemoryGateway):
    """A server as lists that can be told about accounts.

    `before` and `after` run around each command's effect: what they raise is what the caller sees.
    `sent` counts the commands that had an effect; `closed` are attempts that were closed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.sent: list[tuple[str, int]] = []
        self.closed: list[str] = []
        self.passwords: dict[int, tuple[str, str]] = {}

    def account(self, *, login: int) -> AccountRecord:
        """Answer with one account."""
        self._ask("account")
        for one in self.account_list:
            if one.login == login:
                return one
        raise Refused(65, f"there is no account {login}")

    def open_account(self, *, passage: Any, account: NewAccount) -> Done:
        """Open it."""
        self.passwords[account.login] = (account.password, account.investor_password)
        record = a_record(
            account.login,
            account.group,
            name=account.name,
            leverage=account.leverage,
            comment=account.comment,
            email=account.email,
            balance=0,
            previous_balance=0,
        )
        return self._do("open", account.login, lambda: self.account_list.append(record))

    def set_leverage(self, *, passage: Any, login: int, leverage: int) -> Done:
        """Set it."""
        return self._do("leverage", login, lambda: self._change(login, leverage=leverage))

    def set_group(self, *, passage: Any, login: int, group: str) -> Done:
        """Set it."""
        return self._do("group", login, lambda: self._change(login, group=group))

    def set_enabled(self, *, passage: Any, login: int, enabled: bool) -> Done:
        """Set it."""
        return self._do("enabled", login, lambda: self._change(login, enabled=enabled))

    def set_read_only(self, *, passage: Any, login: int, read_only: bool) -> Done:
        """Set it."""
        return self._do("read_only", login, lambda: self._change(login, read_only=read_only))

    def set_password(
        self, *, passage: Any, login: int, password: str, investor: bool = False
    ) -> Done:
        """Set one of them."""
        main, other = self.passwords.get(login, ("", ""))
        pair = (main, password) if investor else (password, other)
        return self._do("password", login, lambda: self.passwords.__setitem__(login, pair))

    def delete_account(self, *, passage: Any, login: int) -> Done:
        """Delete it."""
        kept = [one for one in self.account_list if one.login != login]
        return self._do("delete", login, lambda: self.account_list.__setitem__(slice(None), kept))

    def close_attempt(self, *, login: int, marker: str, attempt: int) -> None:
        """Remember it."""
        self._ask("close_attempt")
        self.closed.append(marker)

    def _change(self, login: int, **values: Any) -> None:
        self.account_list = [
            replace(one, **values, changed_stamp=STAMP + 1) if one.login == login else one
            for one in self.account_list
        ]

    def _do(self, verb: str, login: int, effect: Callable[[], Any]) -> Done:
        self.before()
        effect()
        self.sent.append((verb, login))
        self.after()
        found = [one for one in self.account_list if one.login == login]
        return Done(ticket=0, code=0, login=login, account=found[0] if found else None)


def a_wish(verb: AccountVerb, value: str = "", reason: str = "the client asked by phone") -> Wish:
    """What staff write into the form."""
    return Wish(key=uuid4(), verb=verb, value=value, reason=reason)


def an_account_type(entity: Any, group: Group, **values: Any) -> AccountType:
    """A standard account in dollars: leverages 1:100 and 1:200, logins from 500000."""
    plain: dict[str, Any] = {
        "legal_entity": entity,
        "name": "Standard",
        "group": group,
        "currency": group.currency,
        "login_from": 500_000,
        "login_to": 500_002,
        "leverages": [100, 200],
    }
    return AccountType.objects.create(**(plain | values))


def a_command_of(account: TradingAccount) -> AccountCommand:
    """A leverage of 1:500 that somebody asked for and that waits for a second person."""
    found = AccountCommand.objects.filter(account=account).first()
    if found is not None:
        return found
    maker = a_staff_user("dealer")
    wish = a_wish(AccountVerb.LEVERAGE, "500")
    return asking.ask(wish=wish, account_id=account.pk, actor=maker.actor, now=clock.now())

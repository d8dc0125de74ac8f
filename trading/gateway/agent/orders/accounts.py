"""Accounts: opened, changed, switched, deleted; each is read back as the account then stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from trading.gateway.agent.engine import Direct, LinkError, Reply, ServerFacts
from trading.gateway.agent.orders.order import Order
from trading.gateway.errors import BadMessage, Refused
from trading.gateway.limits import ACCOUNT_BYTES, GROUP_BYTES, require_fits, require_password
from trading.gateway.words import AccountChanges, NewAccount
from trading.terms import AccountRecord, Done

_INVALID = 3
_NO_ACCOUNT = 65


def _require_texts(texts: Mapping[str, Any], code_page: str) -> None:
    for name, most in ACCOUNT_BYTES.items():
        if name in texts:
            require_fits(name.replace("_", " "), texts[name], most, code_page)


class OpenAccount(Order):
    """Open an account, under a number of ours or of MetaTrader's."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        self._wanted: NewAccount = arguments["account"]
        require_password(self._wanted.password)
        require_password(self._wanted.investor_password)

    @property
    def login(self) -> int:
        return self._wanted.login

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        wanted = self._wanted
        _require_texts({name: getattr(wanted, name) for name in ACCOUNT_BYTES}, facts.code_page)
        if wanted.login and direct.account(login=wanted.login) is not None:
            raise Refused(_INVALID, f"the login {wanted.login} is taken")

    def send(self, direct: Direct) -> Reply:
        return direct.open_account(account=self._wanted)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        wanted = self._wanted
        login = reply.login or wanted.login
        record = direct.account(login=login) if login else None
        if record is None:
            return ""
        if record.group != wanted.group or (wanted.login and record.login != wanted.login):
            return f"the account {login} is in another group or under another number"
        return Done(ticket=0, code=reply.code, login=record.login, account=record)


class _OnAccount(Order):
    """A command about one account, which has to be there."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        self._account(direct)

    def _account(self, direct: Direct) -> AccountRecord:
        record = direct.account(login=self.login)
        if record is None:
            raise Refused(_NO_ACCOUNT, f"there is no account {self.login}")
        if record.login != self.login:
            raise LinkError(f"MetaTrader showed the account {record.login}, not {self.login}")
        return record

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        """Return whether the account stands as it was told to."""
        raise NotImplementedError

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        record = direct.account(login=self.login)
        if record is None:
            return ""
        if record.login != self.login or not self._is_right(direct, record):
            return f"the account {self.login} says something else"
        return Done(ticket=0, code=reply.code, login=self.login, account=record)


class UpdateAccount(_OnAccount):
    """Change fields of the record."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        changes: AccountChanges = arguments["changes"]
        self._changes = changes.given()
        if not self._changes:
            raise BadMessage("There is nothing to change: name at least one field.")

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        super().look(direct, facts)
        _require_texts(self._changes, facts.code_page)

    def send(self, direct: Direct) -> Reply:
        return direct.update_account(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        return all(getattr(record, name) == value for name, value in self._changes.items())


class SetPassword(_OnAccount):
    """Set one of the two passwords. MetaTrader can be asked for the master's only."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        super().__init__(arguments)
        require_password(arguments["password"])

    def send(self, direct: Direct) -> Reply:
        return direct.set_password(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        if self._fields["investor"]:
            return True
        return direct.check_password(login=self.login, password=self._fields["password"])


class SetEnabled(_OnAccount):
    """Let the account sign in, or not."""

    def send(self, direct: Direct) -> Reply:
        return direct.set_enabled(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        return bool(record.enabled == self._fields["enabled"])


class SetReadOnly(_OnAccount):
    """Forbid the account to trade, or allow it."""

    def send(self, direct: Direct) -> Reply:
        return direct.set_read_only(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        return bool(record.read_only == self._fields["read_only"])


class SetLeverage(_OnAccount):
    """Set the leverage."""

    def send(self, direct: Direct) -> Reply:
        return direct.set_leverage(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        return bool(record.leverage == self._fields["leverage"])


class SetGroup(_OnAccount):
    """Move the account to another group."""

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        super().look(direct, facts)
        require_fits("group", self._fields["group"], GROUP_BYTES, facts.code_page)

    def send(self, direct: Direct) -> Reply:
        return direct.set_group(**self._fields)

    def _is_right(self, direct: Direct, record: AccountRecord) -> bool:
        return bool(record.group == self._fields["group"])


class DeleteAccount(_OnAccount):
    """Delete the account. MetaTrader would delete one with money too, so that is looked at."""

    missing = "the account is still there"

    def look(self, direct: Direct, facts: ServerFacts) -> None:
        record = self._account(direct)
        if record.balance or record.credit:
            held = f"{record.balance} and {record.credit} credit in {record.currency}"
            raise Refused(
                _INVALID, f"the account {self.login} still holds {held}: take it out first"
            )

    def send(self, direct: Direct) -> Reply:
        return direct.delete_account(login=self.login)

    def read_back(self, direct: Direct, reply: Reply, now: datetime) -> Done | str:
        if direct.account(login=self.login) is not None:
            return ""
        return Done(ticket=0, code=reply.code, login=self.login)

"""The verbs that open, change and delete accounts, as calls of the agent."""

from typing import Any, cast

from trading.gateway.words import AccountChanges, NewAccount
from trading.terms import Done, Passage


class AccountVerbs:
    """See port.AccountCommands for what each verb means."""

    def _call(self, name: str, /, **arguments: Any) -> Any:
        raise NotImplementedError

    def open_account(self, *, passage: Passage, account: NewAccount) -> Done:
        return cast(Done, self._call("open_account", passage=passage, account=account))

    def update_account(self, *, passage: Passage, login: int, changes: AccountChanges) -> Done:
        done = self._call("update_account", passage=passage, login=login, changes=changes)
        return cast(Done, done)

    def set_password(
        self, *, passage: Passage, login: int, password: str, investor: bool = False
    ) -> Done:
        done = self._call(
            "set_password", passage=passage, login=login, password=password, investor=investor
        )
        return cast(Done, done)

    def set_enabled(self, *, passage: Passage, login: int, enabled: bool) -> Done:
        return cast(Done, self._call("set_enabled", passage=passage, login=login, enabled=enabled))

    def set_read_only(self, *, passage: Passage, login: int, read_only: bool) -> Done:
        done = self._call("set_read_only", passage=passage, login=login, read_only=read_only)
        return cast(Done, done)

    def set_leverage(self, *, passage: Passage, login: int, leverage: int) -> Done:
        done = self._call("set_leverage", passage=passage, login=login, leverage=leverage)
        return cast(Done, done)

    def set_group(self, *, passage: Passage, login: int, group: str) -> Done:
        return cast(Done, self._call("set_group", passage=passage, login=login, group=group))

    def delete_account(self, *, passage: Passage, login: int) -> Done:
        return cast(Done, self._call("delete_account", passage=passage, login=login))

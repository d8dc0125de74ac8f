"""The values that only the port speaks of: addresses, pages, what to open or change, news."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from trading.terms import AccountRecord, MarginState, OnlineUser, Quote, TradeRecord

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """Where a server's agent listens, and the key that seals messages to it.

    `url` is http(s)://host:port; `key` is the raw secret shared with the agent. `trust` is whose
    certificate is believed: "pin:FILE" this very one, "ca:FILE" what that authority signed, empty
    what this machine's authorities signed.
    """

    server: str
    url: str
    key_id: str
    key: bytes = field(repr=False)
    trust: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of records; `next_cursor` is empty on the last one."""

    records: Sequence[T]
    next_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is needed to open an account.

    With `login` 0 MetaTrader chooses the number; a number of our own is refused where it is taken,
    and makes a lost answer easy to look up: the account is there or it is not.
    """

    group: str
    name: str
    leverage: int
    password: str = field(repr=False)
    investor_password: str = field(repr=False)
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    comment: str = ""
    login: int = 0
    state: str = ""
    zip_code: str = ""
    address: str = ""
    lead_source: str = ""
    id_number: str = ""
    status: str = ""
    agent_login: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanges:
    """What to change in an account's record; None leaves a field as it is, "" empties it.

    `color` is 0x00BBGGRR, terms.NO_COLOR for none. Group, leverage, rights and passwords have verbs
    of their own, which touch nothing else.
    """

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    address: str | None = None
    lead_source: str | None = None
    id_number: str | None = None
    status: str | None = None
    comment: str | None = None
    color: int | None = None
    agent_login: int | None = None
    may_change_password: bool | None = None
    sends_reports: bool | None = None

    def given(self) -> dict[str, str | int | bool]:
        """Return what is to be changed, by field."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in values if value is not None}


NEWS_KINDS = frozenset(
    {
        "snapshot_start", "quote", "account", "account_delete", "trade_open", "trade_update",
        "trade_close", "trade_delete", "online", "offline", "margin_call", "start", "stop", "ping",
        "gap",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One numbered frame of the stream.

    `kind` is one of NEWS_KINDS. `gap` means frames were lost: reconcile. Only the field that the
    kind names is filled; `ticket` names a deleted trade, `login` an account that is gone or that
    went `offline`. A `margin_call` comes whenever an account's level type changes, back to OK too.
    """

    number: int
    kind: str
    at: datetime
    quote: Quote | None = None
    account: AccountRecord | None = None
    trade: TradeRecord | None = None
    ticket: int = 0
    login: int = 0
    online: OnlineUser | None = None
    margin: MarginState | None = None

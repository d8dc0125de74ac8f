"""What is announced about accounts in MetaTrader: our commands, and what others did to them.

Events carry ids, codes and amounts, never a person's data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from backoffice.core.events import Event
from backoffice.core.words import noop
from trading.states import ACCOUNT_ORDER_LABELS, ACCOUNT_VERB_LABELS, CHANGE_LABELS


@dataclass(frozen=True, kw_only=True)
class AccountCommandRequested(Event):
    """Something was asked for about an account in MetaTrader; nothing was sent yet."""

    name: ClassVar[str] = "trading.account_command.requested"
    sentence: ClassVar[str] = noop("{actor} asked: {verb} {value}, account {login}: {reason}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"verb": ACCOUNT_VERB_LABELS}

    command_id: int
    verb: str
    server: str
    login: int
    danger: str
    reason: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class AccountCommandDecided(Event):
    """A second person decided about it, the first took it back, or its hour passed."""

    name: ClassVar[str] = "trading.account_command.decided"
    sentence: ClassVar[str] = noop("{actor}: {verb}, account {login}: {state} {note}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "verb": ACCOUNT_VERB_LABELS,
        "state": ACCOUNT_ORDER_LABELS,
    }

    command_id: int
    verb: str
    server: str
    login: int
    state: str
    note: str


@dataclass(frozen=True, kw_only=True)
class AccountCommandAnswered(Event):
    """What became of it: MetaTrader's answer, or what reading the account back proved."""

    name: ClassVar[str] = "trading.account_command.answered"
    sentence: ClassVar[str] = noop("{verb}, account {login}: {state} {words}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {
        "verb": ACCOUNT_VERB_LABELS,
        "state": ACCOUNT_ORDER_LABELS,
    }

    command_id: int
    verb: str
    server: str
    login: int
    state: str
    code: int | None
    words: str


@dataclass(frozen=True, kw_only=True)
class ForeignChangeSeen(Event):
    """Something on a server changed that did not come from here."""

    name: ClassVar[str] = "trading.foreign_change.seen"
    sentence: ClassVar[str] = noop(
        "Somebody changed it in MetaTrader: {kind}, account {login}, {before} → {after} "
        "(manager {manager} from {address})"
    )
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": CHANGE_LABELS}

    change_id: int
    kind: str
    server: str
    login: int
    ticket: int
    before: str
    after: str
    manager: str
    address: str


@dataclass(frozen=True, kw_only=True)
class AlertRaised(Event):
    """A rule found something that a person has to look at."""

    name: ClassVar[str] = "trading.alert.raised"
    sentence: ClassVar[str] = noop("Alert {alert_id}: {kind}, account {login}")
    vocabulary: ClassVar[Mapping[str, Mapping[Any, str]]] = {"kind": CHANGE_LABELS}

    alert_id: int
    rule: str
    kind: str
    login: int


@dataclass(frozen=True, kw_only=True)
class ListTaken(Event):
    """Somebody downloaded a list as a file; `narrowed` names the filters that were in force."""

    name: ClassVar[str] = "trading.list.taken"
    sentence: ClassVar[str] = noop("{actor} downloaded {rows} lines of {what} ({narrowed})")

    what: str
    rows: int
    narrowed: str


@dataclass(frozen=True, kw_only=True)
class AlertSeen(Event):
    """Somebody has seen an alert; `until` (UTC, ISO) is set where it is put off as well."""

    name: ClassVar[str] = "trading.alert.seen"
    sentence: ClassVar[str] = noop("{actor} has seen alert {alert_id}")

    alert_id: int
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertClosed(Event):
    """Somebody looked at an alert and says what it was."""

    name: ClassVar[str] = "trading.alert.closed"
    sentence: ClassVar[str] = noop("{actor} closed alert {alert_id}: {reason}")

    alert_id: int
    reason: str

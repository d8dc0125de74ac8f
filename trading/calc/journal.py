"""What a line of a server's journal tells: who did what to which account or ticket. Pure.

Wording as the simulated server writes it, after MetaTrader's own (docs/metatrader.md, Journal):
the doer stands first in quotes, the account that it was done to later. A line of another wording
tells nothing, and nothing is guessed from it.
"""

import re
from dataclasses import dataclass
from typing import Final

from trading.terms import LogLine

OPENED: Final = "opened"
DELETED: Final = "deleted"
UPDATED: Final = "updated"
PASSWORD: Final = "password"  # noqa: S105  # the name of a deed
MONEY: Final = "money"
TRADE_OPENED: Final = "trade_opened"
TRADE_CLOSED: Final = "trade_closed"
TRADE_CHANGED: Final = "trade_changed"
TRADE_DELETED: Final = "trade_deleted"

_PATTERNS = (
    (OPENED, re.compile(r"new account '(?P<login>\d+)'")),
    (DELETED, re.compile(r"delete account '(?P<login>\d+)'")),
    (UPDATED, re.compile(r"update account '(?P<login>\d+)' - (?P<fields>.*)")),
    (PASSWORD, re.compile(r"change \w+ password of '(?P<login>\d+)'")),
    (MONEY, re.compile(r"changed \w+ #(?P<ticket>\d+) .*?for '(?P<login>\d+)' - '(?P<note>.*)'")),
    (TRADE_CHANGED, re.compile(r"modify order #(?P<ticket>\d+) for '(?P<login>\d+)'")),
    (TRADE_CLOSED, re.compile(r"close order #(?P<ticket>\d+) for '(?P<login>\d+)'")),
    (TRADE_DELETED, re.compile(r"delete order #(?P<ticket>\d+) for '(?P<login>\d+)'")),
    (TRADE_OPENED, re.compile(r"order #(?P<ticket>\d+) for '(?P<login>\d+)'")),
)
_FIELD = re.compile(r"(?:^|, )(\w+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line as a deed: what, by whom (0: the server itself), to which login and ticket.

    `fields` are the names of the account's fields that an update changed; `note` is the comment of
    a balance record.
    """

    what: str
    author: int
    address: str
    login: int
    ticket: int
    fields: frozenset[str]
    note: str
    line: LogLine


def deed_of(line: LogLine) -> Deed | None:
    """Return what a line tells, or None where it tells of no deed that we know."""
    _name, colon, told = line.message.partition(": ")
    if not colon:
        return None
    for what, pattern in _PATTERNS:
        found = pattern.match(told)
        if found is not None:
            parts = found.groupdict()
            return Deed(
                what=what,
                author=line.author,
                address=line.ip,
                login=int(parts["login"]),
                ticket=int(parts.get("ticket") or 0),
                fields=frozenset(_FIELD.findall(parts.get("fields") or "")),
                note=parts.get("note") or "",
                line=line,
            )
    return None

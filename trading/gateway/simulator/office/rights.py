"""The manager accounts: which there are in a new server, what right a verb needs, masks."""

import re
from functools import cache
from ipaddress import ip_address

from trading.gateway.simulator.protocol import Transaction
from trading.terms import ManagerAccount, ManagerRight

#: The manager account of whoever does not say another one: the back office's own.
BACK_OFFICE = 900
DEFAULT_MANAGERS = (
    ManagerAccount(login=BACK_OFFICE, name="Back office", rights=tuple(ManagerRight)),
    ManagerAccount(
        login=901,
        name="Dealing desk",
        rights=(
            ManagerRight.ONLINE, ManagerRight.BROKER, ManagerRight.RISKMAN, ManagerRight.TRADES,
            ManagerRight.SEE_TRADES, ManagerRight.MARKET_WATCH, ManagerRight.REPORTS,
        ),
    ),
    ManagerAccount(
        login=902,
        name="Support",
        rights=(
            ManagerRight.MANAGER, ManagerRight.ONLINE, ManagerRight.SEE_TRADES, ManagerRight.LOGS,
            ManagerRight.USER_DETAILS, ManagerRight.EMAIL,
        ),
        info_depth_days=90,
    ),
)  # fmt: skip

_RIGHTS = {
    "transaction": ManagerRight.TRADES,
    "user_new": ManagerRight.MANAGER,
    "user_update": ManagerRight.MANAGER,
    "user_password_set": ManagerRight.MANAGER,
    "user_password_check": ManagerRight.MANAGER,
    "users_group_op": ManagerRight.MANAGER,
    "trades": ManagerRight.SEE_TRADES,
    "open_trades": ManagerRight.SEE_TRADES,
    "closed_trades": ManagerRight.SEE_TRADES,
    "online": ManagerRight.ONLINE,
    "daily_reports": ManagerRight.REPORTS,
    "journal": ManagerRight.LOGS,
    "managers": ManagerRight.ADMIN,
}


def right_for(verb: str, kind: object = None) -> ManagerRight | None:
    """Return the right that a verb needs, None for what every manager may; `kind` is its type."""
    if verb == "transaction" and kind == Transaction.BALANCE:
        return ManagerRight.MONEY
    return _RIGHTS.get(verb)


def matches(mask: str, name: str) -> bool:
    """Return whether a group's name fits a mask: a comma list, * for anything; "" fits all."""
    parts = [part.strip() for part in mask.split(",") if part.strip()]
    return not parts or any(_pattern(part).fullmatch(name) for part in parts)


@cache
def _pattern(part: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, part.split("*"))), re.DOTALL)


def comes_from(manager: ManagerAccount, ip: str) -> bool:
    """Return whether a manager may sign in from an address; without a filter, from anywhere."""
    if not manager.ip_from:
        return True
    try:
        address = ip_address(ip)
        first, last = ip_address(manager.ip_from), ip_address(manager.ip_to or manager.ip_from)
    except ValueError:
        return False
    return address.version == first.version and int(first) <= int(address) <= int(last)

"""A change in words: what stood before and what stands now, as a person would say it."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from backoffice.core import money
from trading.states import Change
from trading.terms import Cmd
from trading.terms.server import ManagerRight

PERSONAL = frozenset((Change.DATA, Change.OPENED))
LOT = Decimal(100)

COMMANDS: dict[Cmd, str] = {
    Cmd.BUY: noop("buy"),
    Cmd.SELL: noop("sell"),
    Cmd.BUY_LIMIT: noop("buy limit"),
    Cmd.SELL_LIMIT: noop("sell limit"),
    Cmd.BUY_STOP: noop("buy stop"),
    Cmd.SELL_STOP: noop("sell stop"),
    Cmd.BALANCE: noop("balance"),
    Cmd.CREDIT: noop("credit"),
}
RIGHTS: dict[str, str] = {
    ManagerRight.MANAGER: noop("change accounts"),
    ManagerRight.MONEY: noop("book money"),
    ManagerRight.ONLINE: noop("see who is connected"),
    ManagerRight.RISKMAN: noop("manage risk"),
    ManagerRight.BROKER: noop("deal"),
    ManagerRight.ADMIN: noop("administer"),
    ManagerRight.LOGS: noop("read the journal"),
    ManagerRight.REPORTS: noop("reports"),
    ManagerRight.SERVER_REPORTS: noop("server reports"),
    ManagerRight.TRADES: noop("change trades"),
    ManagerRight.SEE_TRADES: noop("see trades"),
    ManagerRight.MARKET_WATCH: noop("market watch"),
    ManagerRight.USER_DETAILS: noop("see personal details"),
    ManagerRight.EMAIL: noop("internal mail"),
    ManagerRight.NEWS: noop("send news"),
    ManagerRight.NOTIFICATIONS: noop("push notifications"),
    ManagerRight.PLUGINS: noop("configure plugins"),
    ManagerRight.TECHSUPPORT: noop("technical support"),
    ManagerRight.MARKET: noop("MetaTrader market"),
}
MONEY: dict[tuple[bool, bool], str] = {  # is it credit, is it taken out
    (False, False): noop("deposit"),
    (False, True): noop("withdrawal"),
    (True, False): noop("credit in"),
    (True, True): noop("credit out"),
}
FIELDS: dict[str, str] = {
    "cmd": noop("kind"),
    "symbol": noop("symbol"),
    "volume": noop("volume"),
    "open_price": noop("opening price"),
    "close_price": noop("closing price"),
    "profit": noop("profit"),
    "swap": noop("swap"),
    "commission": noop("commission"),
    "amount": noop("amount"),
    "comment": noop("comment"),
    "name": noop("name"),
    "email": noop("e-mail"),
    "phone": noop("phone"),
    "country": noop("country"),
    "city": noop("city"),
    "agent": noop("agent"),
}
SWITCHES: dict[tuple[str, str], str] = {
    (Change.ENABLED, "true"): noop("enabled"),
    (Change.ENABLED, "false"): noop("disabled"),
    (Change.READ_ONLY, "true"): noop("may not trade"),
    (Change.READ_ONLY, "false"): noop("may trade"),
}


def command(cmd: int) -> str:
    """Return MetaTrader's command of a ticket in words; one that it does not have as a number."""
    return _(COMMANDS[Cmd(cmd)]) if cmd in list(Cmd) else str(cmd)


def right(code: str) -> str:
    """Return what a right allows, in words; one that is not known as the server calls it."""
    return _(RIGHTS[code]) if code in RIGHTS else code.replace("_", " ")


def told(
    kind: str, before: str, after: str, *, currency: str, in_full: bool = False
) -> tuple[str, str]:
    """Return what was and what is; of a person's data the names alone unless `in_full`."""
    old, new = _read(before), _read(after)
    if not (isinstance(old, dict) or isinstance(new, dict)):
        return _plain(kind, before), _plain(kind, after)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        whole = [_whole(one, currency) if isinstance(one, dict) else one for one in (old, new)]
        if kind in PERSONAL and not in_full:
            return "", _names([*(new if isinstance(new, dict) else ())])
        return whole[0], whole[1]
    names = [name for name in new if old.get(name) != new[name]]
    if kind in PERSONAL and not in_full:
        return "", _names(names)
    return _some(old, names, currency), _some(new, names, currency)


def _read(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


def _plain(kind: str, text: str) -> str:
    if kind == Change.LEVERAGE and text:
        return f"1:{text}"
    word = SWITCHES.get((kind, text))
    return _(word) if word else text


def _names(names: list[str]) -> str:
    return ", ".join(_(FIELDS.get(name, name)) for name in names)


def _whole(values: Mapping[str, Any], currency: str) -> str:
    """Return a record in one phrase: `withdrawal 50.00 EUR "fee"`, `buy 0.10 lots EURUSD`."""
    if "amount" in values:
        amount, is_credit = Decimal(values["amount"]), values["cmd"] == Cmd.CREDIT
        phrase = f"{_(MONEY[is_credit, amount < 0])} {_sum(abs(amount), currency)}"
        comment = values.get("comment") or ""
        return f"{phrase} “{comment}”" if comment else phrase
    if "symbol" in values:
        parts = [_value("cmd", values["cmd"], currency), _value("volume", values["volume"], "")]
        return " ".join((*parts, str(values["symbol"])))
    return _some(values, list(values), currency)


def _sum(amount: Decimal, currency: str) -> str:
    """Return an amount with the digits of its currency; no digit that says something is lost."""
    if currency and money.is_exact(amount, currency):
        amount = money.rounded(amount, currency)
    return f"{amount:,} {currency}".rstrip()


def _some(values: Mapping[str, Any], names: list[str], currency: str) -> str:
    return ", ".join(
        f"{_(FIELDS.get(name, name))} {_value(name, values[name], currency)}"
        for name in names
        if name in values
    )


def _value(name: str, value: Any, currency: str) -> str:
    if name == "cmd":
        return _(COMMANDS[Cmd(value)])
    if name == "volume":
        return _("%(lots)s lots") % {"lots": f"{Decimal(value) / LOT:.2f}"}
    if name in ("amount", "profit", "swap", "commission"):
        return _sum(Decimal(value), currency)
    return str(value) if value not in ("", None) else _("none")

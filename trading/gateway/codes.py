"""MetaTrader's return codes, one by one: name, words, and what each says of a command.

Of a command that moves money only what is listed in `money` as a refusal is one: a wrong "not
applied" costs money, a wrong "unknown" costs a wait. A code leaves UNKNOWN only when it was
measured on that server and build. Source: MetaTrader 4 Manager API; 151, 152 and 255 are not in its
enumeration but were seen (docs/metatrader.md, Return codes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Verdict(Enum):
    """What a return code says about a command."""

    DONE = "applied"
    NO = "definitely not applied"
    LATER = "not applied, may be tried again as a new attempt"
    UNKNOWN = "nothing certain"


@dataclass(frozen=True, slots=True)
class ReturnCode:
    """One code; `money` is its verdict on a balance or credit command, `other` on every other."""

    number: int
    name: str
    text: str
    money: Verdict
    other: Verdict


_D, _N, _L, _U = Verdict.DONE, Verdict.NO, Verdict.LATER, Verdict.UNKNOWN

MARKET_CLOSED = 132
INVALID_DATA = 3  # also: there is no such ticket
NO_SUCH_ACCOUNT = 65  # MetaTrader says the same of a wrong password

CODES: Mapping[int, ReturnCode] = MappingProxyType(
    {
        number: ReturnCode(number, name, text, money, other)
        for number, name, text, money, other in (
            (0, "OK", "all right", _D, _D),
            (1, "OK_NONE", "no operation", _U, _U),
            (2, "ERROR", "common error", _U, _U),
            (INVALID_DATA, "INVALID_DATA", "invalid trade parameters", _N, _N),
            (4, "TECH_PROBLEM", "trade server is busy", _U, _U),
            (5, "OLD_VERSION", "old client version", _U, _N),
            (6, "NO_CONNECT", "no connection", _U, _U),
            (7, "NOT_ENOUGH_RIGHTS", "not enough rights", _N, _N),
            (8, "TOO_FREQUENT", "too frequent requests", _U, _L),
            (9, "MALFUNCTION", "malfunctional operation", _U, _N),
            (10, "GENERATE_KEY", "public key must be sent", _U, _N),
            (11, "SECURITY_SESSION", "security session starts", _U, _N),
            (15, "INVALID_COMPANY", "invalid company", _U, _N),
            (64, "ACCOUNT_DISABLED", "account blocked", _N, _N),
            (NO_SUCH_ACCOUNT, "BAD_ACCOUNT_INFO", "bad login or wrong login type", _U, _N),
            (66, "PUBLIC_KEY_MISSING", "public key missing", _U, _N),
            (128, "TRADE_TIMEOUT", "trade timed out", _U, _U),
            (129, "BAD_PRICES", "wrong prices", _U, _N),
            (130, "BAD_STOPS", "wrong stops", _U, _N),
            (131, "BAD_VOLUME", "wrong volume", _U, _N),
            (MARKET_CLOSED, "MARKET_CLOSED", "market is closed", _U, _L),
            (133, "TRADE_DISABLE", "trade is disabled", _U, _N),
            (134, "NO_MONEY", "not enough money", _N, _N),
            (135, "PRICE_CHANGED", "price changed", _U, _N),
            (136, "OFFQUOTES", "no quotes", _U, _N),
            (137, "BROKER_BUSY", "broker is busy", _U, _L),
            (138, "REQUOTE", "requote", _U, _N),
            (139, "ORDER_LOCKED", "order is locked by a dealer", _U, _L),
            (140, "LONG_ONLY", "only buy allowed", _U, _N),
            (141, "TOO_MANY_REQ", "too many requests from one client", _U, _L),
            (142, "ACCEPTED", "request queued on the server", _U, _U),
            (143, "PROCESS", "request taken by a dealer", _U, _U),
            (144, "USER_CANCEL", "cancelled by the client", _U, _N),
            (145, "MODIFY_DENIED", "modification denied", _U, _N),
            (146, "CONTEXT_BUSY", "trade context busy", _U, _L),
            (147, "EXPIRATION_DENIED", "expiration not allowed", _U, _N),
            (148, "TOO_MANY_ORDERS", "too many orders", _U, _N),
            (149, "HEDGE_PROHIBITED", "hedging prohibited", _U, _N),
            (150, "PROHIBITED_BY_FIFO", "prohibited by the FIFO rule", _U, _N),
            (151, "PUMPING_MIXED_1", "pumping and direct calls were mixed", _U, _U),
            (152, "PUMPING_MIXED_2", "pumping and direct calls were mixed", _U, _U),
            (255, "NETWORK_PROBLEM", "network problem", _U, _U),
        )
    }
)


def verdict(code: int, *, money: bool) -> Verdict:
    """Return what a return code says of a command that moves money, or of any other."""
    known = CODES.get(code)
    if known is None:
        return Verdict.UNKNOWN
    return known.money if money else known.other


def words(code: int) -> str:
    """Return MetaTrader's words for a code, its name with them."""
    known = CODES.get(code)
    return f"{known.text} ({known.name})" if known else f"a code without a name ({code})"

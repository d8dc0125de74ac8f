"""Which account commands need a second person, and why; the picture that a command is asked on."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop

from trading.models import Position, TradingAccount
from trading.states import AccountVerb

POSITIONS_OPEN = gettext_noop("positions or orders are open")
LEVERAGE_UP = gettext_noop("the leverage goes up")
LET_AGAIN = gettext_noop("it was shut for a reason")
GONE_FOR_GOOD = gettext_noop("it cannot be taken back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How an account stands when a command about it is asked for, and again when it is sent."""

    group: str
    leverage: int
    enabled: bool
    read_only: bool
    open_tickets: int

    def told(self) -> dict[str, str | int | bool]:
        """Return the picture by field, as the command's payload keeps it.

        How many tickets are open moves all day; that any are is what the decision hangs on.
        """
        return {
            "group": self.group,
            "leverage": self.leverage,
            "enabled": self.enabled,
            "read_only": self.read_only,
            "has_open_tickets": self.open_tickets > 0,
        }


def picture_of(account: TradingAccount) -> Picture:
    """Return how the account stands in our mirror."""
    return Picture(
        group=account.group.name,
        leverage=account.leverage,
        enabled=account.enabled,
        read_only=account.read_only,
        open_tickets=Position.objects.filter(account=account).count(),
    )


def danger_of(verb: AccountVerb, value: Any, picture: Picture) -> str:
    """Return why a command needs a second person, untranslated, or nothing.

    Shutting an account is done alone at once: it is how a dealer stops a fire.
    """
    if verb is AccountVerb.DELETE:
        return GONE_FOR_GOOD
    if verb in (AccountVerb.ENABLE, AccountVerb.ALLOW):
        return LET_AGAIN
    if verb is AccountVerb.LEVERAGE and int(value) > picture.leverage:
        return LEVERAGE_UP
    if verb in (AccountVerb.GROUP, AccountVerb.LEVERAGE) and picture.open_tickets:
        return POSITIONS_OPEN
    return ""

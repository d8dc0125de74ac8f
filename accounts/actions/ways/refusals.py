"""Why a withdrawal is not asked for, or not approved."""

from decimal import Decimal

from backoffice.core.errors import Conflict, Rejected


class NotEnough(Rejected):
    """Less is free than was asked for; it carries both."""

    def __init__(self, sentence: str, *, asked: Decimal, free: Decimal) -> None:
        super().__init__(sentence)
        self.asked = asked
        self.free = free


class BadRequest(Rejected):
    """Something that was asked for cannot be; the sentence says what."""


class OtherWayRefused(Rejected):
    """The policy lets nothing go past the sources that it came from."""


class FiguresUnknown(Rejected):
    """MetaTrader's figures of the account are not known, so nothing can be promised."""


class ChangedMeanwhile(Conflict):
    """What was decided on is not what is there now; `changes` says what differs, in words."""

    def __init__(self, sentence: str, changes: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.changes = changes


class CheckForbids(Rejected):
    """A check is red or not known, and whoever decides may not go past it."""

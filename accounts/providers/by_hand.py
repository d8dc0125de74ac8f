"""A person as the provider: a cash desk, a local agent, or staff who watch the house's own wallet.

Nothing here calls the outside. What came is what a person records, and a second one agrees to; it
goes back by hand too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from accounts.providers.errors import BadMessage, Refused
from accounts.providers.port import Charge, Notice, Opened, ProviderAddress, Refund
from accounts.terms import Signature


class ByHand:
    """The adapter of each way whose word is that of a person."""

    goes_back: ClassVar[str] = "It goes back by hand: hand it back, then record it."
    calls_nobody: ClassVar[str] = "People send no callbacks."

    def __init__(self, address: ProviderAddress) -> None:
        self._address = address

    def start_charge(self, charge: Charge) -> Opened:
        """Begin to wait: the client names this reference when they hand the money over."""
        return Opened(charge_id=charge.reference, page_url="")

    def look_up(self, key: UUID) -> Notice | None:
        """Return None: what came is known once a person recorded it, or bound a statement's row."""
        return None

    def send_back(self, refund: Refund) -> str:
        """Refuse: a person hands it back, and another one records that."""
        raise Refused("by_hand", self.goes_back)

    def verdict(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Signature:
        """Call every callback forged: neither people nor banks call back."""
        return Signature.FORGED

    def read(self, body: bytes) -> Notice:
        """Read nothing."""
        raise BadMessage(self.calls_nobody)

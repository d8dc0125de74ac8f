"""The bank as a provider: a wire is not charged, it is waited for; its word is the statement.

Nothing here calls the outside. A charge is the client's own transfer, which names our reference; a
return is a transfer that people make at the bank and record.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from accounts.providers.errors import BadMessage, Refused
from accounts.providers.port import Charge, Notice, Opened, ProviderAddress, Refund
from accounts.terms import BANK_WIRE, Signature

#: The code under which methods name it.
CODE = BANK_WIRE


class BankWire:
    """The adapter; there is one bank wire, whatever the bank."""

    def __init__(self, address: ProviderAddress) -> None:
        self._address = address

    def start_charge(self, charge: Charge) -> Opened:
        """Begin to wait: the client pays at their own bank, naming this reference."""
        return Opened(charge_id=charge.reference, page_url="")

    def look_up(self, key: UUID) -> Notice | None:
        """Return None: what came is known by the statement, which is imported and bound."""
        return None

    def send_back(self, refund: Refund) -> str:
        """Refuse: people make the transfer at the bank, and a second one records it."""
        raise Refused("by_hand", "A wire goes back by hand: make it at the bank, then record it.")

    def verdict(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Signature:
        """Call every callback forged: no bank calls us back."""
        return Signature.FORGED

    def read(self, body: bytes) -> Notice:
        """Read nothing."""
        raise BadMessage("A bank sends no callbacks.")

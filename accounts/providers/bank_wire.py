"""The bank as a provider: a wire is not charged, it is waited for; its word is the statement.

A charge is the client's own transfer, which names our reference; a return is a transfer that people
make at the bank and record. So it is a way by hand, with words of its own.
"""

from typing import ClassVar

from accounts.providers.by_hand import ByHand
from accounts.terms import BANK_WIRE

#: The code under which methods name it.
CODE = BANK_WIRE


class BankWire(ByHand):
    """The adapter; there is one bank wire, whatever the bank."""

    goes_back: ClassVar[str] = "A wire goes back by hand: make it at the bank, then record it."
    calls_nobody: ClassVar[str] = "A bank sends no callbacks."

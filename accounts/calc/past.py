"""What a balance record from before the books was: the client's money, or the house's. Pure.

MetaTrader knows one kind of balance operation; only its comment tells a deposit from a correction.
"""

import re
from decimal import Decimal

from accounts.states import PastKind

#: Words with which brokers mark what no client paid in or took out.
ADJUSTING = re.compile(
    r"\b(adjust\w*|correct\w*|transfer|rebate|cashback|bonus|promo|dividend\w*|swap|commission|"
    r"agent|ib|fee|compensation|negative|zero|nbp|rollback|cancel\w*|archive\w*)\b",
    re.IGNORECASE,
)


def kind_of(amount: Decimal, comment: str, *, is_credit: bool) -> PastKind:
    """Return what a record was, by its sign, its pocket and the words of its comment."""
    if is_credit:
        return PastKind.CREDIT
    if ADJUSTING.search(comment):
        return PastKind.ADJUSTMENT
    return PastKind.DEPOSIT if amount > 0 else PastKind.WITHDRAWAL

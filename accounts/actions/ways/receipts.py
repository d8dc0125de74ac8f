"""A receipt of money that people hand over: kept once, for one payment only."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Handover
from backoffice.core.errors import Conflict

NUMBER = 64
WORDS = 120


class ReceiptRefused(Conflict):
    """Something is missing of the receipt, or it stands for other money already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Who took money, or handed it out, where, and the number of the receipt that was given."""

    number: str
    person: str
    place: str

    def kept(self) -> dict[str, str]:
        """Return it as the fields of a handover."""
        return {
            "person": self.person.strip()[:WORDS],
            "place": self.place.strip()[:WORDS],
            "receipt": self.number.strip()[:NUMBER],
        }


def saved(row: Handover) -> Handover:
    """Save it; ReceiptRefused when something is missing, or the receipt is known."""
    if not (row.person and row.place and row.receipt):
        raise ReceiptRefused(_("Say who took it or handed it out, where, and which receipt."))
    _write(row)
    return row


def _write(row: Handover) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as known:
        sentence = _("Receipt %(number)s stands for other money already.")
        raise ReceiptRefused(sentence % {"number": row.receipt}) from known

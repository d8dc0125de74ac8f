"""Where suggestions lead, and the one line of the list that says whose a row is."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.calc.bank.matching import Suggestion
from accounts.calc.bank.reference import DEPOSIT, PAYOUT
from accounts.queries.bank.words import name_of

PAGES = {DEPOSIT: "accounts:deposit-detail", PAYOUT: "accounts:payment-detail"}


def url_of(suggestion: Suggestion) -> str:
    """Return the page of what is suggested."""
    one = suggestion.waiting
    return reverse(PAGES.get(one.kind, "accounts:bank-row"), args=[one.number])


def fits(record: Any) -> str:
    """Return whose a row is, or could be."""
    if record.use is not None:
        number = f"D{record.use_deposit}" if record.use_deposit else ""
        return number or (f"#{record.use_payment}" if record.use_payment else "")
    if not record.fits:
        return _("fits nobody")
    best = record.fits[0]
    sure = _("sure") if best.is_sure else _("perhaps")
    return f"{sure}: {name_of(best)} · {best.waiting.name}"

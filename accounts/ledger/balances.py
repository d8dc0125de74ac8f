"""What is on an account of the books: posted, set aside, available; now, or as of a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.ledger.chart import CHART, grows_on_credit
from accounts.models import LedgerAccount, LedgerBalance, Posting
from accounts.states import LedgerKind, Phase

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The figures of one account, with the sign people expect: positive is what it grows by.

    `available` is what a reservation may still take.
    """

    posted: Decimal
    reserved: Decimal

    @property
    def available(self) -> Decimal:
        """Return posted − reserved."""
        return self.posted - self.reserved


def of(account: LedgerAccount) -> Balance:
    """Return the balance of an account now."""
    if CHART[LedgerKind(account.kind)].guarded:
        return _kept(account, LedgerBalance.objects.filter(account=account).first())
    return summed(account)


def running(account: LedgerAccount) -> Balance:
    """Return the balance of a guarded account as it was when the account was read with it."""
    return _kept(account, getattr(account, "running", None))


def summed(account: LedgerAccount, *, until: datetime | None = None) -> Balance:
    """Return the balance out of the postings themselves, up to a moment (exclusive) if given."""
    postings = Posting.objects.filter(account=account)
    if until is not None:
        postings = postings.filter(entry__occurred_at__lt=until)
    sums = postings.aggregate(
        posted=Sum("amount", filter=Q(phase=Phase.POSTED)),
        pending=Sum("amount", filter=Q(phase=Phase.PENDING)),
    )
    return _seen(account, sums["posted"] or NOTHING, sums["pending"] or NOTHING)


def many(accounts: Iterable[LedgerAccount]) -> dict[int, Balance]:
    """Return the balances of guarded accounts by account number, in one query."""
    wanted = {account.pk: account for account in accounts}
    rows = LedgerBalance.objects.filter(account__in=wanted)
    found = {row.pk: _seen(wanted[row.pk], row.posted, row.pending) for row in rows}
    nothing = Balance(posted=NOTHING, reserved=NOTHING)
    return {number: found.get(number, nothing) for number in wanted}


def _kept(account: LedgerAccount, row: LedgerBalance | None) -> Balance:
    if row is None:
        return Balance(posted=NOTHING, reserved=NOTHING)
    return _seen(account, row.posted, row.pending)


def _seen(account: LedgerAccount, posted: Decimal, pending: Decimal) -> Balance:
    if grows_on_credit(account.kind):
        return Balance(posted=-posted, reserved=pending)
    return Balance(posted=posted, reserved=-pending)

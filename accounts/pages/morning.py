"""Money on the morning page: what needs a human now, how the day goes, the head of my queue."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages.tables import due
from accounts.permissions import SEE_PAYMENTS
from accounts.queries import payments, turns
from accounts.queries.payments import Counts, View
from backoffice.ui.shapes import Panel

HEAD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One line of what needs a human: how many, in which words, where they stand, how loud."""

    count: int
    words: str
    url: str
    tone: str
    icon: str


class Today(Panel):
    """A block of the morning page for whoever sees payments."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_panel_morning.html"
    title = gettext_lazy("Withdrawals")

    def record(self) -> Any:
        """Return the counts of today."""
        self.midnight = timezone.localtime(self.now).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return payments.counts_for(self.request.user, now=self.now, since=self.midnight)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the alarms, what was paid, and the first of what waits for this person."""
        user = self.request.user
        rows = payments.list_payments_for(user)
        mine: Any = rows.filter(payments.view_of(user, View.TODO, now=self.now))
        return {
            "alarms": alarms(record),
            "paid": payments.paid_since_for(user, self.midnight),
            "head": [
                {
                    "payment": row,
                    "checks": payments.summary_of(row.latest_checks),
                    "due": due(row, self.now),
                    "waits": turns.words_of(row),
                }
                for row in mine[:HEAD]
            ],
        }


def alarms(counts: Counts) -> list[Alarm]:
    """Return what needs a human now, the loudest first; nothing where all is quiet."""
    told = (
        (counts.late, ngettext("withdrawal is late", "withdrawals are late", counts.late),
         View.LATE, "danger", "stopped"),
        (counts.by_hand, ngettext("waits for two people", "wait for two people", counts.by_hand),
         View.UNCERTAIN, "danger", "needs"),
        (counts.returns, ngettext("return to confirm", "returns to confirm", counts.returns),
         View.ALL, "warn", "back"),
        (counts.soon, ngettext("is due within 4 h", "are due within 4 h", counts.soon),
         View.ALL, "warn", "needs"),
        (counts.voided, ngettext("approval was voided", "approvals were voided", counts.voided),
         View.VOIDED, "warn", "needs"),
    )  # fmt: skip
    queue = reverse("accounts:payment-list")
    return [
        Alarm(count=count, words=words, url=f"{queue}?view={view}", tone=tone, icon=icon)
        for count, words, view, tone, icon in told
        if count
    ]

"""Money on the morning page: what needs a human now, how the day goes, the head of my queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.pages import cells
from accounts.pages.tables import due
from accounts.permissions import SEE_BANK, SEE_PAYMENTS
from accounts.queries import deposits, payments
from accounts.queries.bank import standing
from accounts.queries.payments import Morning, View
from accounts.queries.transfers import rows as transfers
from backoffice.ui.shapes import Panel

HEAD = 6
#: Its count, its words, the tab where they stand, how loud, the shape.
Kinds = tuple[tuple[str, Any, str, str, str], ...]
#: What is nobody's for longer than this is said loudly.
OLD_DAYS = 3


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
    styles = ("css/pages/payments.css",)
    title = gettext_lazy("Withdrawals")

    def record(self) -> Any:
        """Return the counts of today."""
        self.midnight = timezone.localtime(self.now).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return payments.morning_for(self.request.user, now=self.now, since=self.midnight)

    def context(self, record: Any) -> dict[str, Any]:
        """Return the alarms, what was paid, and the first of what waits for this person."""
        user = self.request.user
        mine = payments.view_of(user, View.TODO, now=self.now)
        rows: Any = payments.list_payments_for(user).filter(mine)
        coming = deposits.counts_for(user, now=self.now, since=self.midnight)
        return {
            "alarms": money_alarms(user, record, coming, self.now),
            "credited": coming.credited,
            "paid": payments.paid_since_for(user, self.midnight),
            "head": [_line(row, self.now) for row in rows[:HEAD]],
        }


#: What of withdrawals needs a human.
ALARMS: Kinds = (
    (
        "late",
        ngettext_lazy("withdrawal is late", "withdrawals are late", "count"),
        View.LATE, "danger", "stopped",
    ),
    (
        "denied",
        ngettext_lazy(
            "refused withdrawal was booked in MetaTrader all the same",
            "refused withdrawals were booked in MetaTrader all the same",
            "count",
        ),
        View.UNCERTAIN, "danger", "needs",
    ),
    (
        "by_hand",
        ngettext_lazy("waits for two people", "wait for two people", "count"),
        View.UNCERTAIN, "danger", "needs",
    ),
    (
        "returns",
        ngettext_lazy("return to confirm", "returns to confirm", "count"),
        View.ALL, "warn", "back",
    ),
    (
        "soon",
        ngettext_lazy("is due within 4 h", "are due within 4 h", "count"),
        View.ALL, "warn", "needs",
    ),
    (
        "noticed",
        ngettext_lazy(
            "withdrawal has passed a mark of its promise",
            "withdrawals have passed a mark of their promise",
            "count",
        ),
        View.ALL, "warn", "needs",
    ),
    (
        "voided",
        ngettext_lazy("approval was voided", "approvals were voided", "count"),
        View.VOIDED, "warn", "needs",
    ),
)  # fmt: skip
#: The same of deposits.
DEPOSIT_ALARMS: Kinds = (
    (
        "flight",
        ngettext_lazy(
            "deposit came in and is not in MetaTrader",
            "deposits came in and are not in MetaTrader",
            "count",
        ),
        deposits.View.IN_FLIGHT, "danger", "stopped",
    ),
    (
        "todo",
        ngettext_lazy("deposit waits for me", "deposits wait for me", "count"),
        deposits.View.TODO, "warn", "needs",
    ),
)  # fmt: skip
#: The same of transfers.
TRANSFER_ALARMS: Kinds = (
    (
        "flight",
        ngettext_lazy(
            "transfer left its source and did not arrive",
            "transfers left their source and did not arrive",
            "count",
        ),
        transfers.View.IN_FLIGHT, "danger", "stopped",
    ),
    (
        "todo",
        ngettext_lazy("transfer waits for me", "transfers wait for me", "count"),
        transfers.View.TODO, "warn", "needs",
    ),
)  # fmt: skip


def alarms(kinds: Kinds, counts: Any, listed: str) -> list[Alarm]:
    """Return what of these kinds needs a human now, the loudest first; nothing where all is quiet.

    `listed` is the page on whose tabs they stand.
    """
    return [
        Alarm(
            count=count,
            words=words % {"count": count},
            url=f"{listed}?view={view}",
            tone=tone,
            icon=icon,
        )
        for name, words, view, tone, icon in kinds
        if (count := getattr(counts, name))
    ]


def money_alarms(user: Any, counts: Morning, coming: deposits.Counts, now: datetime) -> list[Alarm]:
    """Return all of them: of withdrawals, deposits, transfers and the bank."""
    moving = transfers.counts_for(user, now=now)
    return [
        *alarms(ALARMS, counts, reverse("accounts:payment-list")),
        *alarms(DEPOSIT_ALARMS, coming, reverse("accounts:deposit-list")),
        *alarms(TRANSFER_ALARMS, moving, reverse("accounts:transfer-list")),
        *bank_alarms(user, now),
    ]


def bank_alarms(user: Any, now: datetime) -> list[Alarm]:
    """Return what lies at the bank and is nobody's, with its age; nothing out of reach."""
    if not user.may(str(SEE_BANK)):
        return []
    count, since = standing.oldest_unassigned(user)
    if since is None:
        return []
    days = (now.date() - since).days
    words = ngettext(
        "row of the bank is nobody's, the oldest %(age)s",
        "rows of the bank are nobody's, the oldest %(age)s",
        count,
    )
    tone = "danger" if days > OLD_DAYS else "warn"
    url = f"{reverse('accounts:bank-list')}?view=free&sort=oldest"
    return [Alarm(count=count, words=words % {"age": _age(days)}, url=url, tone=tone, icon="needs")]


def _age(days: int) -> str:
    return _("for %(days)s d") % {"days": days} if days else _("of today")


def _line(row: Any, now: datetime) -> dict[str, Any]:
    """Return one line of the queue's head."""
    checks = cells.checks(payments.colours_of(row))
    return {"payment": row, "checks": checks, "due": due(row, now)}

"""The list of deposits, and the number beside its word in the menu."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages.deposits.tables import DepositTable
from accounts.permissions import SEE_PAYMENTS
from accounts.queries import deposits
from accounts.queries.deposits import VIEWS, View
from backoffice.ui import figures, marks
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ListPage, Panel


class DepositList(ListPage):
    """What comes in: the bare address is everything, the newest first."""

    permission = SEE_PAYMENTS
    template_name = "accounts/deposit_list.html"
    fragment_name = "accounts/_deposit_list.html"
    table_class = DepositTable
    filter_class = deposits.DepositFilter
    orders = {"newest": deposits.NEWEST}

    def rows(self) -> Any:
        """Return what this person may see."""
        return deposits.list_deposits_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        self.counts = deposits.counts_for(self.request.user, now=self.now, since=self.now)
        return [
            SavedView(
                name,
                _counted(label, getattr(self.counts, name, None)),
                {"view": name} if name != View.ALL else {},
            )
            for name, label in VIEWS
        ]

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many, and how much came in while they are few enough to add up."""
        foot = deposits.totals_of(rows)
        words = ngettext("%(count)s deposit", "%(count)s deposits", foot.count)
        counted = figures.counted(foot.count + foot.is_more)
        came = {"amount": marks.amounts(foot.amounts), "state": _("what came in")}
        told = {"client": words % {"count": counted}, **(came if foot.amounts else {})}
        return told if foot.count else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the counts and the words of the search field."""
        words = _("Deposit, login, client, reference")
        return {"counts": self.counts, "search_words": words}


class Waiting(Panel):
    """How many deposits wait for me: the number beside the menu's word."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_payment_count.html"
    title = gettext_lazy("Deposits")

    def record(self) -> Any:
        """Return the counts of the tabs."""
        return deposits.counts_for(self.request.user, now=self.now, since=self.now)


def _counted(label: Any, count: int | None) -> Any:
    if count is None:
        return label
    return format_html('{} <span class="count">{}</span>', label, count)

"""The list of transfers, and the number beside its word in the menu."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages.transfers.tables import TransferTable
from accounts.permissions import SEE_PAYMENTS
from accounts.queries.transfers import rows as asking
from accounts.queries.transfers.rows import VIEWS, View
from backoffice.ui import figures, marks
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ListPage, Panel


class TransferList(ListPage):
    """What moves between places of clients: the bare address is everything, the newest first."""

    permission = SEE_PAYMENTS
    template_name = "accounts/transfer_list.html"
    fragment_name = "accounts/_transfer_list.html"
    table_class = TransferTable
    filter_class = asking.TransferFilter
    orders = {"newest": asking.NEWEST}

    def rows(self) -> Any:
        """Return what this person may see."""
        return asking.list_transfers_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        self.counts = asking.counts_for(self.request.user, now=self.now)
        return [
            SavedView(
                name,
                _counted(label, getattr(self.counts, name, None)),
                {"view": name} if name != View.ALL else {},
            )
            for name, label in VIEWS
        ]

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many, and how much arrived while they are few enough to add up."""
        foot = asking.totals_of(rows)
        words = ngettext("%(count)s transfer", "%(count)s transfers", foot.count)
        counted = figures.counted(foot.count + foot.is_more)
        arrived = {"amount": marks.amounts(foot.amounts), "state": _("what arrived")}
        told = {"client": words % {"count": counted}, **(arrived if foot.amounts else {})}
        return told if foot.count else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the counts and the words of the search field."""
        return {"counts": self.counts, "search_words": _("Transfer, login, client")}


class Waiting(Panel):
    """How many transfers wait for me: the number beside the menu's word."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_payment_count.html"
    title = gettext_lazy("Transfers")

    def record(self) -> Any:
        """Return the counts of the tabs."""
        return asking.counts_for(self.request.user, now=self.now)


def _counted(label: Any, count: int | None) -> Any:
    if count is None:
        return label
    return format_html('{} <span class="count">{}</span>', label, count)

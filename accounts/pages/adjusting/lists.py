"""The list of corrections, credits and reversals."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.pages.adjusting.tables import AdjustmentTable
from accounts.permissions import SEE_PAYMENTS
from accounts.queries.adjusting import rows
from accounts.queries.adjusting.rows import VIEWS, View
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ListPage


class AdjustmentList(ListPage):
    """What staff move by hand: the bare address is everything, the newest first."""

    permission = SEE_PAYMENTS
    template_name = "accounts/adjustment_list.html"
    fragment_name = "accounts/_adjustment_list.html"
    table_class = AdjustmentTable
    filter_class = rows.AdjustmentFilter
    orders = {"newest": rows.NEWEST}

    def rows(self) -> Any:
        """Return what this person may see."""
        return rows.list_adjustments_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        counts = rows.counts_for(self.request.user, now=self.now)
        return [
            SavedView(
                name,
                _counted(label, getattr(counts, name, None)),
                {"view": name} if name != View.ALL else {},
            )
            for name, label in VIEWS
        ]

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many there are."""
        count = rows.order_by().count()
        words = ngettext("%(count)d adjustment", "%(count)d adjustments", count) % {"count": count}
        return {"client": words} if count else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Number, login, client, ticket")}


def _counted(label: Any, count: int | None) -> Any:
    if count is None:
        return label
    return format_html('{} <span class="count">{}</span>', label, count)

"""The list of the bank's rows, how the accounts stand, and the number beside the menu's word."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages.bank.tables import RowTable
from accounts.permissions import SEE_BANK
from accounts.queries.bank import rows, standing
from accounts.queries.bank.candidates import suggestions_for
from accounts.queries.bank.rows import VIEWS, View
from backoffice.ui import marks
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import ListPage, Panel


class RowList(ListPage):
    """What moved at our banks: the bare address is everything, the newest first."""

    permission = SEE_BANK
    template_name = "accounts/bank_list.html"
    fragment_name = "accounts/_bank_list.html"
    table_class = RowTable
    filter_class = rows.RowFilter
    orders = {"newest": rows.NEWEST, "oldest": rows.OLDEST}

    def rows(self) -> Any:
        """Return what this person may see."""
        return rows.list_rows_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, those for whom somebody has to act with how many stand there."""
        counts = rows.counts_for(self.request.user)
        return [
            SavedView(name, _counted(label, getattr(counts, name, None)), _asked(name))
            for name, label in VIEWS
        ]

    def totals(self, rows_: Any) -> Mapping[str, Any]:
        """Return the foot: how many, and their sum by currency."""
        found = rows.totals_of(rows_)
        count = sum(one for one, _total in found.values())
        words = ngettext("%(count)d row", "%(count)d rows", count) % {"count": count}
        sums = [(total, code) for code, (_count, total) in sorted(found.items())]
        told = {"other": words, "amount": marks.amounts(sums)}
        return told if count else {}

    def context(self) -> dict[str, Any]:
        """Return the list, each free row with whose it could be."""
        found = super().context()
        shown = found["table"].records
        fitting = suggestions_for([one for one in shown if one.use is None])
        for one in shown:
            one.fits = fitting.get(one.pk, ())
        return found

    def additions(self, rows_: Any) -> dict[str, Any]:
        """Return how the accounts stand, and the words of the search field."""
        return {
            "standings": standing.standings_for(self.request.user),
            "search_words": _("Name, text, reference"),
        }


class Waiting(Panel):
    """How many rows are nobody's: the number beside the menu's word."""

    permission = SEE_BANK
    fragment_name = "accounts/_bank_count.html"
    title = gettext_lazy("Bank")

    def record(self) -> Any:
        """Return the counts of the tabs."""
        return rows.counts_for(self.request.user)


def _asked(name: str) -> dict[str, str]:
    return {"view": name} if name != View.ALL else {}


def _counted(label: Any, count: int | None) -> Any:
    return label if count is None else format_html('{} <span class="count">{}</span>', label, count)

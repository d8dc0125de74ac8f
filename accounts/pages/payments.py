"""The approval queue, and one payment with everything that its decision needs."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.pages import deciding
from accounts.pages.tables import PaymentTable
from accounts.permissions import SEE_PAYMENTS
from accounts.queries import approval_page, payments
from accounts.queries.payments import View
from backoffice.audit.actions import viewing
from backoffice.ui import figures, marks
from backoffice.ui.filters import NOT_FILTERS, SavedView
from backoffice.ui.shapes import DetailPage, ListPage, Panel
from trading.queries import servers

TABS = (
    (View.TODO, gettext_lazy("My to do")),
    (View.LATE, gettext_lazy("Late")),
    (View.OTHERS, gettext_lazy("Waiting for others")),
    (View.VOIDED, gettext_lazy("Voided")),
    (View.UNCERTAIN, gettext_lazy("Uncertain")),
    (View.ALL, gettext_lazy("All")),
)
#: What looks through everything, whatever became of it; the other filters narrow what waits.
WIDE = ("view", "q", "state", "client", "account")


class PaymentList(ListPage):
    """What waits: the bare address is what waits for me; a search looks through everything."""

    permission = SEE_PAYMENTS
    template_name = "accounts/payment_list.html"
    fragment_name = "accounts/_payment_list.html"
    table_class = PaymentTable
    filter_class = payments.PaymentFilter
    orders = {"due": payments.QUEUE}

    @cached_property
    def counts(self) -> payments.Counts:
        """How many stand where now, and since midnight."""
        day = timezone.localtime(self.now)
        since = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return payments.counts_for(self.request.user, now=self.now, since=since)

    def rows(self) -> Any:
        """Return what this person may see; what waits for them unless they ask for more."""
        rows = payments.list_rows_for(self.request.user)
        is_wide = any(self.request.GET.get(name) for name in WIDE)
        return rows if is_wide else rows.filter(self._todo())

    def saved_views(self) -> Sequence[SavedView]:
        """Return the tabs, each with how many stand there."""
        counted = {View.ALL: self.counts.open}
        return [
            SavedView(
                name,
                _counted(label, counted.get(name, getattr(self.counts, name, 0))),
                {"view": name} if name != View.TODO else {},
            )
            for name, label in TABS
        ]

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many, and how much while they are few enough to add up."""
        foot = payments.totals_of(rows) if self._is_narrowed() else self.counts.mine
        words = ngettext("%(count)s request", "%(count)s requests", foot.count)
        counted = figures.counted(foot.count + foot.is_more)
        told = {"client": words % {"count": counted}, "amount": marks.amounts(foot.amounts)}
        return told if foot.count else {}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the counts and the words of the search field."""
        words = _("Payment, login, client")
        return {
            "counts": self.counts,
            "search_words": words,
            "view": self.request.GET.get("view"),
            "seen": self.counts.mark,
            "servers": [one for one in servers.list_freshness() if one.has_feed],
        }

    def _is_narrowed(self) -> bool:
        """Whether the list is another than all that waits for this person."""
        given = self.request.GET.items()
        asked = {name: value for name, value in given if value and name not in NOT_FILTERS}
        return bool(asked) and asked != {"view": View.TODO}

    def _todo(self) -> Any:
        return payments.view_of(self.request.user, View.TODO, now=self.now)


class Waiting(Panel):
    """How many payments wait for me: the number beside the menu's word."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_payment_count.html"
    title = gettext_lazy("Approvals")

    def record(self) -> Any:
        """Return how many, as `Counts` tell it, without what the tabs alone show."""
        return {"todo": payments.count_todo_for(self.request.user, now=self.now)}


class News(Panel):
    """Whether what waits for me is not any more what an open queue shows; asked by the queue."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_payment_news.html"
    styles = ("css/pages/payments.css",)
    title = gettext_lazy("Approvals")

    def record(self) -> Any:
        """Return the mark of what waits now."""
        return payments.newest_for(self.request.user, now=self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return whether it is the one that the queue was drawn with."""
        return {"is_same": record == self.request.GET.get("seen", "")}


class PaymentDetail(DetailPage):
    """One question: may this go out?"""

    permission = SEE_PAYMENTS
    template_name = "accounts/payment_detail.html"

    def record(self, pk: int) -> Any:
        """Return the page's whole content, or 404 when absent or out of reach."""
        user = self.request.user
        found = deciding.page_for(user, pk, origin=self.origin, now=self.now)
        if found.acts["send"].is_open:  # the requisite stands there in full
            viewing.record_view(kind="payment", key=pk, actor=user.actor, now=self.now)
        return found

    def context(self, record: Any) -> dict[str, Any]:
        """Return the decision bar, and the place in the queue that it was opened from."""
        view = self.request.GET.get("view", View.TODO)
        if view not in dict(TABS):
            raise Http404
        return deciding.context(self.request.user, record, view=view, now=self.now)


class Fresh(Panel):
    """Whether an open approval page still shows what is there; asked by the page itself."""

    permission = SEE_PAYMENTS
    fragment_name = "accounts/_payment_fresh.html"
    styles = ("css/pages/payments.css",)
    title = gettext_lazy("Approvals")

    def record(self, pk: int) -> Any:
        """Return the fingerprint of the page as it would be now, or 404."""
        return approval_page.get_fingerprint_for(self.request.user, pk, now=self.now)

    def context(self, record: Any) -> dict[str, Any]:
        """Return whether it is the one that the page has."""
        return {"is_same": record == self.request.GET.get("seen", ""), "pk": self.kwargs["pk"]}


def _counted(label: Any, count: int) -> Any:
    return format_html('{} <span class="count">{}</span>', label, count)

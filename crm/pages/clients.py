"""The client list, and one client on one page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.actions import viewing
from backoffice.ui import figures, marks
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import DetailPage, ListPage
from crm.actions import looks
from crm.pages import panels
from crm.pages.tables import ClientTable
from crm.permissions import REVEAL_CONTACTS, SEE_CLIENTS, SHOW_CLIENTS
from crm.queries import clients

SEE_ACCOUNTS = "trading.account.view"  # trading stands above crm: its names are not imported here
COLUMNS = {"equity": "equity", "net_deposits": "net_deposits"}


class ClientList(ListPage):
    """The clients in reach, narrowed and sorted."""

    permission = SEE_CLIENTS
    template_name = "crm/client_list.html"
    fragment_name = "crm/_client_list.html"
    table_class = ClientTable
    filter_class = clients.ClientFilter
    orders = clients.ORDERS

    def rows(self) -> Any:
        """Return whom this person may see."""
        return clients.narrow(clients.list_clients_for(self.request.user))

    def saved_views(self) -> Sequence[SavedView]:
        """Return the views that everybody has on day one."""
        return panels.saved_views(self.request.user.pk)

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many, and the sums while they are few enough to add up."""
        totals = clients.totals_of(rows)
        counted = figures.counted(totals.count + totals.is_more)
        words = ngettext("%(count)s client", "%(count)s clients", totals.count)
        return {"full_name": words % {"count": counted}} | {
            name: _sums(getattr(totals, name)) for name in COLUMNS
        }

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Name, number, e-mail, phone")}


class ClientDetail(DetailPage):
    """Who is this, what happened, what have they got."""

    permission = SEE_CLIENTS
    template_name = "crm/client_detail.html"

    def record(self, pk: int) -> Any:
        """Return the client, or 404 when absent or out of reach; the look is told."""
        client = clients.get_client_for(self.request.user, pk)
        told = {"actor": self.request.user.actor, "now": self.now}
        viewing.record_view(kind="client", key=pk, **told)
        looks.open_card(user_id=self.request.user.pk, client_id=pk, **told)
        return client

    def context(self, record: Any) -> dict[str, Any]:
        """Return contacts as far as they may be read, the figures, the first of the timeline."""
        user = self.request.user
        in_full = clients.sees_contacts(user)
        masked = {"email": bool(record.email), "phone": bool(record.phone)}
        return {
            "contacts": {
                "email": record.email if in_full else record.email_masked,
                "phone": record.phone if in_full else record.phone_masked,
            },
            "revealable": masked if not in_full and user.may(REVEAL_CONTACTS) else {},
            "may_show": user.may(SHOW_CLIENTS),
            "figures": getattr(record, "figures", None),
            "sees_accounts": user.may(SEE_ACCOUNTS),
            **panels.timeline_of(self.request.user, record, before=None),
        }


def _sums(by_currency: Mapping[str, Any]) -> Any:
    if len(by_currency) != 1:
        return ""
    ((currency, total),) = by_currency.items()
    return marks.amount(total, currency, unit=False)

"""Accounts of nobody: the list with what speaks for whom, and the two bulk acts on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.core.errors import Conflict, Later, Rejected
from backoffice.ui import figures
from backoffice.ui.filters import SavedView
from backoffice.ui.shapes import Panel, StaffPage
from crm.permissions import EDIT_CLIENTS, SEE_CONTACTS
from crm.terms import mask_email, mask_phone
from trading.actions.ownership import binding, newcomers
from trading.pages import choosing
from trading.pages.taking import TakenList
from trading.pages.unbound_tables import UnboundTable
from trading.permissions import BIND_ACCOUNTS
from trading.queries import unbound
from trading.queries.ownership import suggestions, weighing


class UnboundList(TakenList):
    """Accounts that no client owns, each with the clients it may belong to."""

    permission = BIND_ACCOUNTS
    template_name = "trading/unbound_list.html"
    fragment_name = "trading/_unbound_list.html"
    table_class = UnboundTable
    filter_class = unbound.UnboundFilter
    orders = unbound.ORDERS
    file_name = "accounts-without-client"
    file_heads = (
        gettext_lazy("Server"), gettext_lazy("Login"), gettext_lazy("Group"), gettext_lazy("Name"),
        gettext_lazy("E-mail"), gettext_lazy("Phone"), gettext_lazy("Balance"),
        gettext_lazy("Currency"), gettext_lazy("Opened (UTC)"),
    )  # fmt: skip

    def rows(self) -> Any:
        """Return the accounts of nobody in reach."""
        return unbound.list_unbound_for(self.request.user)

    def saved_views(self) -> Sequence[SavedView]:
        """Return the two halves of the work: where money waits, and the rest."""
        return (
            SavedView("all", gettext_lazy("All")),
            SavedView("money", gettext_lazy("With money"), {"money": "some"}),
            SavedView("empty", gettext_lazy("Empty"), {"money": "none"}),
        )

    def totals(self, rows: Any) -> Mapping[str, Any]:
        """Return the foot: how many there are, counted to a thousand."""
        count = rows.order_by()[: unbound.COUNTED + 1].count()
        words = ngettext("%(count)s account", "%(count)s accounts", count)
        return {"login": words % {"count": figures.counted(count)}}

    def context(self) -> dict[str, Any]:
        """Add to each row what speaks for whom, and whether it is chosen from the start."""
        context = super().context()
        rows = context["slice"].rows
        found = suggestions.suggestions_for(self.request.user, rows)
        wanted = self.request.GET.get("pick") == "strong"
        for row in rows:
            row.suggestions = found.get(row.pk, [])
            row.certain = weighing.certain(row.suggestions)
            row.is_chosen = bool(wanted and row.certain)
        return context | {"strong": sum(1 for row in rows if row.certain)}

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field, and which acts this person has."""
        may = self.request.user.may
        return {
            "search_words": _("Login, name, e-mail, comment"),
            "may_register": may(EDIT_CLIENTS),
            "sees_contacts": may(SEE_CONTACTS),
        }

    def file_row(self, record: Any) -> Sequence[Any]:
        """Return an account; contacts masked for who may not read them."""
        contacts: tuple[str, str] = (record.email, record.phone)
        if not self.request.user.may(SEE_CONTACTS):
            contacts = (mask_email(record.email), mask_phone(record.phone))
        where = (record.server.code, record.login, record.group.name, record.name)
        return (*where, *contacts, record.balance, record.currency, record.registered_at)


class Count(Panel):
    """How many accounts belong to nobody: the number beside the menu's word."""

    permission = BIND_ACCOUNTS
    fragment_name = "trading/_unbound_count.html"
    title = gettext_lazy("Accounts without a client")

    def record(self) -> Any:
        """Return the number, a thousand and one at most."""
        return unbound.count_unbound_for(self.request.user)


class BulkAct(StaffPage):
    """A bulk act on the list: first what it would do, then, confirmed, the act and its result."""

    template_name: str

    def summary(self, data: Any) -> dict[str, Any]:
        """Return what the act would do."""
        raise NotImplementedError

    def act(self, data: Any) -> Any:
        """Carry it out and return the batch."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the summary, or with `confirmed` carry it out."""
        data = self.request.POST
        if not choosing.account_ids(data):
            messages.warning(request, _("Choose at least one account."))
            return redirect("trading:unbound-list")
        if "confirmed" not in data:
            return self.show(self.template_name, self.summary(data))
        try:
            batch = self.act(data)
        except (Rejected, Conflict, Later) as reason:
            context = self.summary(data) | {"error": str(reason)}
            return self.show(self.template_name, context, status=422)
        return redirect("trading:binding-detail", pk=batch.pk)


class BindMany(BulkAct):
    """Gives the chosen accounts to the clients chosen beside them."""

    permission = BIND_ACCOUNTS
    template_name = "trading/unbound_bind.html"

    def summary(self, data: Any) -> dict[str, Any]:
        """Return which accounts go to whom, and which cannot."""
        return choosing.binding_summary(self.request.user, data)

    def act(self, data: Any) -> Any:
        """Give them."""
        pairs = choosing.pairs(data)
        reason, actor = data.get("reason", ""), self.request.user.actor
        return binding.bind_many(pairs=pairs, reason=reason, actor=actor, now=self.now)


class RegisterMany(BulkAct):
    """Registers the people behind the chosen accounts as clients."""

    permission = BIND_ACCOUNTS
    template_name = "trading/unbound_register.html"

    def summary(self, data: Any) -> dict[str, Any]:
        """Return who would be registered, and who looks like a client."""
        return choosing.newcomers_summary(self.request.user, data)

    def act(self, data: Any) -> Any:
        """Register them."""
        return newcomers.register_many(
            account_ids=choosing.account_ids(data),
            despite=choosing.despite(data),
            place=choosing.place(self.request.user, data),
            actor=self.request.user.actor,
            now=self.now,
        )

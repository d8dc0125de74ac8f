"""What people book in the MT4 Manager, where we may not write; and that setting of a server."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.core.actors import Actor
from backoffice.ui import tables
from backoffice.ui.shapes import ActionPage, ListPage, Panel
from trading.actions import servers as servers_acts
from trading.actions.by_hand import booking
from trading.permissions import SET_SENDING_TERMS, SETTLE_OPERATIONS
from trading.queries import by_hand, servers

LONGEST = 300


def reason(label: Any) -> forms.CharField:
    """Return a field for why."""
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=LONGEST, widget=widget)


class ByHandTable(tables.Table):
    """What waits to be booked by hand, the oldest first."""

    caption = _("To be booked by hand")
    cards = True

    login = tables.Templated(
        "trading/_by_hand_login.html", accessor="account", verbose_name=_("Login"), card=1
    )
    what = tables.Templated(
        "trading/_by_hand_what.html", accessor="kind", verbose_name=_("Book as"), card=3
    )
    amount = tables.Templated(
        "trading/_by_hand_amount.html",
        accessor="amount",
        verbose_name=_("Amount"),
        card=2,
        css="num strong",
    )
    marker = tables.Templated(
        "trading/_by_hand_marker.html",
        accessor="marker",
        verbose_name=_("Comment"),
        css="for-marker",
    )
    changed_at = tables.When(relative=True, verbose_name=_("Waits since"), card=4)

    def url_of(self, record: Any) -> str:
        """Return the page of the account that it is booked on."""
        return reverse("trading:account-detail", args=[record.account_id])


class ByHandList(ListPage):
    """The work list of whoever sits at the MT4 Manager."""

    permission = SETTLE_OPERATIONS
    template_name = "trading/by_hand_list.html"
    fragment_name = "trading/_by_hand_list.html"
    table_class = ByHandTable
    filter_class = by_hand.ByHandFilter
    orders: ClassVar[Mapping[str, Any]] = {"oldest": by_hand.OLDEST, "newest": by_hand.NEWEST}

    def rows(self) -> Any:
        """Return what this person may see."""
        return by_hand.list_by_hand_for(self.request.user)

    def additions(self, rows: Any) -> dict[str, Any]:
        """Return the words of the search field."""
        return {"search_words": _("Login, marker")}


class Count(Panel):
    """How many wait: the number beside the menu's word."""

    permission = SETTLE_OPERATIONS
    fragment_name = "trading/_unbound_count.html"
    title = _("By hand")

    def record(self) -> Any:
        """Return the number."""
        return by_hand.count_for(self.request.user)


class OfAccount(Panel):
    """What waits for one account: a block of the page of whatever it belongs to."""

    permission = SETTLE_OPERATIONS
    fragment_name = "trading/_by_hand_panel.html"
    title = _("To be booked by hand")

    def record(self, account_id: int) -> Any:
        """Return the operations of the account, those in reach."""
        return by_hand.list_of_account_for(self.request.user, account_id)


class BackForm(forms.Form):
    """Why it is not booked as it should be."""

    reason = reason(_("What happened, or why it cannot be booked"))


class HandBack(ActionPage):
    """It was booked otherwise, or cannot be: two people settle what became of it."""

    permission = SETTLE_OPERATIONS
    needs_step_up = True
    template_name = "trading/by_hand_back.html"
    done = _("Two people settle it now, on the page of what it belongs to.")

    def form(self, data: Any = None) -> BackForm:
        """Return the form."""
        return BackForm(data, label_suffix="")

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with what it is about; 404 for what is out of reach."""
        record = by_hand.get_by_hand_for(self.request.user, self.kwargs["pk"])
        return super().show(template_name, {"record": record, **context}, **extra)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Hand it to two people."""
        by_hand.get_by_hand_for(self.request.user, self.kwargs["pk"])
        told = {"reason": data["reason"], "actor": actor, "now": self.now}
        booking.hand_back(operation_id=self.kwargs["pk"], **told)

    def goes_to(self) -> str:
        """Return the list."""
        return reverse("trading:by-hand-list")


class WritingForm(forms.Form):
    """Who books balances on a server, and why."""

    by_hand = forms.ChoiceField(
        label=_("Balances on this server"),
        choices=(("no", _("are booked by us")), ("yes", _("are booked by hand, by people"))),
        widget=forms.Select(attrs={"class": "select"}),
    )
    reason = reason(_("Why"))


class ChooseWriting(ActionPage):
    """Says whether we write balances on a server, or people book them in the MT4 Manager."""

    permission = SET_SENDING_TERMS
    needs_step_up = True
    template_name = "trading/server_writing.html"
    done = _("Set.")

    def form(self, data: Any = None) -> WritingForm:
        """Return the form with what holds now."""
        now = "yes" if self.server.writes_by_hand else "no"
        return WritingForm(data, initial={"by_hand": now}, label_suffix="")

    @property
    def server(self) -> Any:
        """Return the server, or 404."""
        found = servers.list_servers_for(self.request.user).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def show(self, template_name: str, context: Mapping[str, Any], **extra: Any) -> HttpResponse:
        """Render with the server."""
        return super().show(template_name, {"server": self.server, **context}, **extra)

    def act(self, data: Mapping[str, Any], actor: Actor) -> None:
        """Set it."""
        servers_acts.choose_writing(
            server_id=self.server.pk,
            by_hand=data["by_hand"] == "yes",
            reason=data["reason"],
            actor=actor,
            now=self.now,
        )

    def goes_to(self) -> str:
        """Return the list of servers."""
        return reverse("trading:server-list")

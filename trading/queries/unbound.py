"""Trading accounts that belong to nobody yet: the back office finds out whose they are."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from backoffice.core.access import Reaching, restrict
from trading.models import Server, TradingAccount, UnboundAccount
from trading.permissions import BIND_ACCOUNTS

COUNTED = 1000
LONGEST_LOGIN = 18

# name → fields, each list ending in a unique one, all of them never null (backoffice.ui.keyset)
ORDERS: dict[str, Sequence[str]] = {
    "login": ("server_id", "login"),
    "-login": ("-server_id", "-login"),
    "-balance": ("-balance", "-id"),
    "balance": ("balance", "id"),
}


def list_unbound(server_id: int) -> QuerySet[TradingAccount]:
    """Return the accounts of a server that no client was given, by login."""
    accounts = TradingAccount.objects.filter(
        server_id=server_id, client=None, closed_on_server=False
    )
    return accounts.order_by("login")


def list_unbound_for(user: Reaching) -> QuerySet[UnboundAccount]:
    """Return the accounts of nobody that the user may give to clients; the caller orders."""
    accounts = UnboundAccount.objects.filter(client=None, closed_on_server=False)
    within = restrict(accounts, user, BIND_ACCOUNTS)
    return within.select_related("server", "group")


def count_unbound_for(user: Reaching) -> int:
    """Count them, a thousand and one at most: the number beside the menu's word."""
    return list_unbound_for(user).order_by()[: COUNTED + 1].count()


def may_give(user: Reaching, account_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the accounts that the user's right to bind reaches, bound or not.

    An account that has a client is reached by that client's owner, desk or entity.
    """
    wanted = set(account_ids)
    free = UnboundAccount.objects.filter(pk__in=wanted, client=None)
    taken = TradingAccount.objects.filter(pk__in=wanted, client__isnull=False)
    reached = restrict(free, user, BIND_ACCOUNTS).values_list("pk", flat=True)
    others = restrict(taken, user, BIND_ACCOUNTS).values_list("pk", flat=True)
    return frozenset(reached) | frozenset(others)


class UnboundFilter(django_filters.FilterSet):
    """What narrows the list of accounts of nobody."""

    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=100)
    server = django_filters.ModelChoiceFilter(
        queryset=lambda request: Server.objects.filter(is_active=True).order_by("code"),
        label=_("Server"),
    )
    group = django_filters.CharFilter(
        field_name="group__name", lookup_expr="istartswith", label=_("Group"), max_length=32
    )
    country = django_filters.CharFilter(
        field_name="country", lookup_expr="iexact", label=_("Country"), max_length=64
    )
    money = django_filters.ChoiceFilter(
        method="by_money",
        label=_("Money"),
        choices=[("some", _("Holds money")), ("none", _("Empty"))],
    )

    class Meta:
        model = UnboundAccount
        fields: tuple[str, ...] = ()

    def by_text(
        self, accounts: QuerySet[UnboundAccount], name: str, text: str
    ) -> QuerySet[UnboundAccount]:
        """Match a login, an e-mail or a part of the name."""
        text = text.replace("\x00", "").strip().removeprefix("#")
        if text.isascii() and text.isdecimal():
            return accounts.filter(login=int(text[:LONGEST_LOGIN]))
        if "@" in text:
            return accounts.filter(email__iexact=text)
        return accounts.filter(Q(name__icontains=text) | Q(comment__icontains=text))

    def by_money(
        self, accounts: QuerySet[UnboundAccount], name: str, value: str
    ) -> QuerySet[UnboundAccount]:
        """Match accounts with money on them, or without."""
        return accounts.exclude(balance=0) if value == "some" else accounts.filter(balance=0)


def list_rows(accounts: QuerySet[UnboundAccount], ids: Iterable[int]) -> list[Any]:
    """Return these accounts, by server and login."""
    return list(accounts.filter(pk__in=set(ids)).order_by("server__code", "login"))


def get_account_to_give(user: Reaching, pk: int) -> TradingAccount:
    """Return an account, bound or not, that the user's right to bind reaches, or raise Http404."""
    accounts = TradingAccount.objects.select_related("server", "group", "client")
    return get_object_or_404(accounts.filter(pk__in=may_give(user, [pk])), pk=pk)

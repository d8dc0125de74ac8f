"""The client list: whom a member of staff may see, narrowed by filters and a search.

Lists are read by key, fifty rows at a time, and counted up to a thousand: what nobody can read
through need not be counted.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from backoffice.company.queries import entities
from backoffice.core import access
from backoffice.core.access import Level, Reach
from backoffice.core.compiled import Question
from backoffice.identity.queries import people, roles
from crm import terms
from crm.models import Client
from crm.permissions import SEE_CLIENTS, SEE_CONTACTS
from crm.states import CLIENT_STATUS_LABELS

COUNTED = 1000
SHORTEST_TRIGRAM = 3
LONGEST_NUMBER = 18  # figures; the column is a bigint

# name → fields, each list ending in a unique one, all of them never null (backoffice.ui.keyset)
ORDERS: dict[str, Sequence[str]] = {
    "name": ("full_name", "id"),
    "-name": ("-full_name", "-id"),
    "-created": ("-created_at", "-id"),
    "created": ("created_at", "id"),
    "-equity": ("-figures__equity", "-figures__client_id"),
    "equity": ("figures__equity", "figures__client_id"),
    "-balance": ("-figures__balance", "-figures__client_id"),
    "balance": ("figures__balance", "figures__client_id"),
    "-net_deposits": ("-figures__net_deposits", "-figures__client_id"),
    "net_deposits": ("figures__net_deposits", "figures__client_id"),
}
WHOLE: Question[Client] = Question(lambda pk: _whole().filter(pk=pk), int)
IN_A_ROW = (
    "full_name", "status", "timezone", "city", "language", "country", "tags", "kyc_level",
    "created_at", "owner__full_name", "figures__client_id",
    "figures__currency", "figures__equity", "figures__balance", "figures__net_deposits",
    "figures__figures_at", "figures__accounts_count",
)  # fmt: skip


def list_clients_for(user: Any) -> QuerySet[Client]:
    """Return the clients in reach, with figures, owner and desk; the caller orders by ORDERS."""
    clients = Client.objects.filter(
        figures__isnull=False
    )  # always true: makes the join an inner one
    within = access.restrict(clients, user, SEE_CLIENTS)
    return within.select_related("figures", "owner", "desk", "legal_entity")


def narrow(clients: QuerySet[Client]) -> QuerySet[Client]:
    """Read only what a row of the list shows, and what the orders compare."""
    shown = clients.select_related(None).select_related("figures", "owner")
    return shown.only(*IN_A_ROW)


def get_client_for(user: Any, pk: int, permission: object = SEE_CLIENTS) -> Client:
    """Return one client in a permission's reach; Http404 for any other, as if there were none."""
    if user.reach(str(permission)) != Reach(Level.ALL, user.pk):
        return access.get_or_404_for(_whole(), user, permission, pk=pk)
    found = WHOLE.first(pk)  # who reaches every client asks what needs no putting together
    if found is None:
        raise Http404
    return found


def _whole() -> QuerySet[Client]:
    return Client.objects.select_related("figures", "owner", "desk", "legal_entity", "brand")


def get_whole(pk: int) -> Client:
    """Return a client that was just made or found in reach, with what describes them."""
    related = Client.objects.select_related("figures", "legal_entity", "brand")
    return related.get(pk=pk)


def by_key(
    clients: QuerySet[Client], *, email: str = "", phone: str = "", number: int | None = None
) -> QuerySet[Client]:
    """Narrow to those who have exactly this address, these digits, this number."""
    if email:
        clients = clients.filter(email=email.strip().lower())
    if phone:
        clients = clients.filter(phone_digits=terms.digits_of(phone))
    return clients if number is None else clients.filter(number=number)


def find_number(number: int) -> int | None:
    """Return the key of the client with this number, for commands; None when there is none."""
    return Client.objects.filter(number=number).values_list("pk", flat=True).first()


def sees_contacts(user: Any) -> bool:
    """Say whether the user reads e-mail addresses and phone numbers in full."""
    return bool(user.may(SEE_CONTACTS))


def search(clients: QuerySet[Client], text: str, *, by_contacts: bool) -> QuerySet[Client]:
    """Narrow by name, number, e-mail or phone.

    Who may not see contacts finds by them only what they know whole already: otherwise a letter
    more at each try would spell out an address.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        return clients
    return clients.filter(_matches(text, by_contacts=by_contacts))


def named(text: str) -> QuerySet[Client]:
    """Return every client whom a text names, by contacts only if it knows them whole already.

    For what is listed by its client: whoever asks narrows that list to their reach.
    """
    return search(Client.objects.order_by(), text, by_contacts=False)


def _matches(text: str, *, by_contacts: bool) -> Q:
    if "@" in text:
        return Q(email__icontains=text) if by_contacts else Q(email=text.lower())
    digits = terms.digits_of(text)
    if digits and not any(sign.isalpha() for sign in text):
        return _matches_digits(text, digits, by_contacts=by_contacts)
    named = _matches_name(text)
    if by_contacts and len(text) >= SHORTEST_TRIGRAM and " " not in text:
        named |= Q(email__icontains=text)
    return named


def _matches_digits(text: str, digits: str, *, by_contacts: bool) -> Q:
    numbered = Q(number=int(digits)) if len(digits) <= LONGEST_NUMBER else Q(pk__in=())
    if text.startswith("#"):
        return numbered
    if not by_contacts:
        return numbered | Q(phone_digits=digits)
    if len(digits) < SHORTEST_TRIGRAM:
        return numbered
    return numbered | Q(phone_digits__contains=digits)


def _matches_name(text: str) -> Q:
    words = text.split()
    if len(words) == 1 and len(text) < SHORTEST_TRIGRAM:
        return Q(full_name__istartswith=text)
    named = Q()
    for word in words:
        named &= Q(full_name__icontains=word)
    return named


class ClientFilter(django_filters.FilterSet):
    """What narrows the list, on page and API. Needs the request, for the user's rights."""

    q = django_filters.CharFilter(method="by_text", label=_("Search"), max_length=100)
    status = django_filters.MultipleChoiceFilter(
        choices=[(status.value, _(label)) for status, label in CLIENT_STATUS_LABELS.items()],
        label=_("Status"),
        distinct=False,  # one column of the row itself: nothing can come twice
    )
    country = django_filters.CharFilter(method="by_country", label=_("Country"), max_length=2)
    owner = django_filters.ModelChoiceFilter(
        queryset=lambda request: people.list_owners(),
        null_label=_("Nobody"),
        label=_("Owner"),
    )
    desk = django_filters.ModelChoiceFilter(
        queryset=lambda request: roles.list_desks(), null_label=_("None"), label=_("Desk")
    )
    legal_entity = django_filters.ModelChoiceFilter(
        queryset=lambda request: entities.list_entities(), label=_("Legal entity")
    )
    kyc = django_filters.NumberFilter(
        field_name="kyc_level", min_value=0, max_value=9, label=_("KYC level")
    )
    tag = django_filters.CharFilter(method="by_tag", label=_("Tag"), max_length=40)

    class Meta:
        model = Client
        fields: tuple[str, ...] = ()

    def by_text(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        """Search as far as the user's rights go."""
        return search(clients, text, by_contacts=sees_contacts(self.request.user))

    def by_country(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        """Match a country code in any case."""
        return clients.filter(country=text.upper())

    def by_tag(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        """Match one tag."""
        return clients.filter(tags__contains=[text])


@dataclass(frozen=True)
class Totals:
    """How many clients a filter leaves, and their sums by currency, unless there are too many.

    `is_more`: there are more than `count`, and then there are no sums.
    """

    count: int
    is_more: bool
    equity: dict[str, Decimal]
    net_deposits: dict[str, Decimal]


def totals_of(clients: QuerySet[Client], *, cap: int = COUNTED) -> Totals:
    """Count and add up at most `cap` clients, in one query that stops there."""
    figures = clients.order_by().values_list(
        "figures__currency", "figures__equity", "figures__net_deposits"
    )
    rows = list(figures[: cap + 1])
    equity: dict[str, Decimal] = defaultdict(Decimal)
    deposits: dict[str, Decimal] = defaultdict(Decimal)
    if len(rows) > cap:
        return Totals(count=cap, is_more=True, equity={}, net_deposits={})
    for currency, its_equity, its_deposits in rows:
        equity[currency] += its_equity
        deposits[currency] += its_deposits
    return Totals(count=len(rows), is_more=False, equity=dict(equity), net_deposits=dict(deposits))

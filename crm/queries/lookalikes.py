"""Who among the clients may be the same person: by e-mail, phone, name or number, for other rooms.

Nobody's reach narrows the answer: whoever shows it asks `within_reach` first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Right

from backoffice.core import access
from crm.calc import contacts
from crm.models import Client

AT_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """One client as far as comparing needs it; keys as `crm.calc.contacts` makes them."""

    client_id: int
    number: int
    full_name: str
    status: str
    country: str
    email_key: str
    phone_key: str
    phone_tail: str
    name_key: str
    legal_entity_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What to look for; each set holds keys, never free text. `client_ids` are taken along."""

    emails: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()
    client_ids: frozenset[int] = frozenset()


def lookalikes(marks: Marks) -> list[Lookalike]:
    """Return every client that shares one of the marks, in one query; two thousand at most."""
    wanted = Q(pk__in=marks.client_ids)
    if marks.emails:
        wanted |= Q(email__in=marks.emails)
    if marks.tails:
        wanted |= Q(tail__in=marks.tails)
    if marks.names:
        wanted |= Q(name_key__in=marks.names)
    if marks.numbers:
        wanted |= Q(number__in=marks.numbers)
    rows = Client.objects.annotate(tail=Right("phone_digits", contacts.TAIL)).filter(wanted)
    columns = (
        "pk", "number", "full_name", "status", "country", "email", "phone", "name_key",
        "legal_entity_id",
    )  # fmt: skip
    return [_lookalike(*row) for row in rows.order_by("pk").values_list(*columns)[:AT_MOST]]


def within_reach(user: Any, permission: object, client_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the clients that the permission of this user reaches."""
    clients = Client.objects.filter(pk__in=set(client_ids))
    return frozenset(access.restrict(clients, user, permission).values_list("pk", flat=True))


def _lookalike(
    pk: int, number: int, full_name: str, status: str, country: str, *rest: Any
) -> Lookalike:
    email, phone, name_key, legal_entity_id = rest
    return Lookalike(
        client_id=pk,
        number=number,
        full_name=full_name,
        status=status,
        country=country,
        email_key=email,
        phone_key=contacts.phone_key(phone, country),
        phone_tail=contacts.phone_tail(phone),
        name_key=name_key,
        legal_entity_id=legal_entity_id,
    )

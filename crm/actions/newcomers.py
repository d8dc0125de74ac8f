"""Somebody who registers from outside: on the broker's web site, through a machine."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.company.queries import entities
from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from crm.actions import clients
from crm.actions.clients import Person, Place
from crm.calc import contacts
from crm.models import Client
from crm.permissions import EDIT_CLIENTS
from crm.queries import lookalikes
from crm.queries.lookalikes import Lookalike, Marks

PATIENCE_MS = 5_000


class NotAllowed(Rejected):
    """Whoever acts may not register clients there."""


class KnownAlready(Conflict):
    """A client in reach has this e-mail address or phone; `numbers` are theirs."""

    def __init__(self, sentence: str, numbers: tuple[int, ...]) -> None:
        super().__init__(sentence)
        self.numbers = numbers


def place_of(*, legal_entity: str, brand: str) -> Place:
    """Return a place by its codes; NotAllowed where there is none, as where one may not act."""
    entity = entities.list_entities().filter(code=legal_entity).first()
    its_brands = entities.list_brands().filter(legal_entity__code=legal_entity)
    known = its_brands.filter(code=brand).first() if brand else None
    if entity is None or (brand and known is None):
        raise NotAllowed(_("You may not register clients of this legal entity and brand."))
    return Place(legal_entity_id=entity.pk, brand_id=known.pk if known else None)


@transaction.atomic
def register_newcomer(
    *, person: Person, place: Place, even_if_known: bool, actor: Actor, now: datetime
) -> Client:
    """Register somebody as a client, unless they are known by e-mail or phone already.

    Two registrations of one person at once come one after the other. Raises NotAllowed,
    KnownAlready, NotEditable.
    """
    user = people.find_acting(actor)
    if user is None or not _reaches(user, place):
        raise NotAllowed(_("You may not register clients of this legal entity and brand."))
    for mark in sorted({person.email.strip().lower(), contacts.phone_tail(person.phone)} - {""}):
        locks.advisory(f"crm.newcomer.{mark}", timeout_ms=PATIENCE_MS)
    known = () if even_if_known else _known(user, person)
    if known:
        sentence = _("There is a client with this e-mail address or phone: %(numbers)s.")
        told = ", ".join(f"#{number}" for number in known)
        raise KnownAlready(sentence % {"numbers": told}, known)
    return clients.register_client(person=person, place=place, actor=actor, now=now)


def _reaches(user: Any, place: Place) -> bool:
    reach = user.reach(str(EDIT_CLIENTS))
    if reach is None:
        return False
    return any(
        (one.entity_ids is None or place.legal_entity_id in one.entity_ids)
        and (one.brand_ids is None or place.brand_id in one.brand_ids)
        for one in (reach if isinstance(reach, tuple) else (reach,))
    )


def _known(user: Any, person: Person) -> tuple[int, ...]:
    email, tail = person.email.strip().lower(), contacts.phone_tail(person.phone)
    phone = contacts.phone_key(person.phone, person.country.strip().upper())
    marks = Marks(emails=frozenset({email} - {""}), tails=frozenset({tail} - {""}))
    if not (marks.emails or marks.tails):
        return ()
    alike = [one for one in lookalikes.lookalikes(marks) if _is_same(one, email=email, phone=phone)]
    near = lookalikes.within_reach(user, EDIT_CLIENTS, [one.client_id for one in alike])
    return tuple(sorted(one.number for one in alike if one.client_id in near))


def _is_same(other: Lookalike, *, email: str, phone: str) -> bool:
    return bool(email and other.email_key == email) or bool(phone and other.phone_key == phone)

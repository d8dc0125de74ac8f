"""Machines as users: part of the transaction of whoever registers one, and tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.company.queries import entities
from backoffice.core import locks, permissions
from backoffice.core.errors import Rejected
from backoffice.identity.models import User
from backoffice.identity.states import Kind


class NotForMachines(Rejected):
    """A scope that no machine may hold, or a legal entity or brand that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a machine may do, in which legal entities, under which brands of them (none: all)."""

    scopes: Sequence[str]
    entity_ids: Sequence[int]
    brand_ids: Sequence[int] = ()


def add(*, name: str, grant: Grant, now: datetime) -> User:
    """Write down a machine; NotForMachines for a grant that cannot be."""
    user = User(kind=Kind.MACHINE, full_name=name.strip(), created_at=now)
    user.set_unusable_password()
    _give(user, grant)
    user.save()
    return user


def change(user_id: int, grant: Grant) -> tuple[User, Grant]:
    """Give a machine another grant; return it with the one that it had."""
    user = locked(user_id)
    before = Grant(scopes=user.scopes, entity_ids=user.entity_ids, brand_ids=user.brand_ids)
    _give(user, grant)
    user.save(update_fields=["scopes", "entity_ids", "brand_ids"])
    return user, before


def set_active(user_id: int, *, is_active: bool) -> User:
    """Shut a machine out at its next call, or let it in again."""
    user = locked(user_id)
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    return user


def locked(user_id: int) -> User:
    """Return a machine, its row locked."""
    return locks.rows(User.objects.filter(pk=user_id, kind=Kind.MACHINE)).get()


def _give(user: User, grant: Grant) -> None:
    lawful, brands = permissions.scopes(), entities.list_brands()
    alien = sorted(set(grant.scopes) - set(lawful))
    if alien or not grant.scopes:
        raise NotForMachines(
            _("No machine may hold %(scopes)s.") % {"scopes": ", ".join(alien)}
            if alien
            else _("Choose at least one scope.")
        )
    known = set(entities.list_entities().values_list("pk", flat=True))
    if not grant.entity_ids or set(grant.entity_ids) - known:
        raise NotForMachines(_("Choose the legal entities whose clients it serves."))
    of_them = brands.filter(legal_entity_id__in=grant.entity_ids).values_list("pk", flat=True)
    if set(grant.brand_ids) - set(of_them):
        raise NotForMachines(_("A brand does not belong to the chosen legal entities."))
    user.scopes = sorted(set(grant.scopes))
    user.entity_ids, user.brand_ids = sorted(set(grant.entity_ids)), sorted(set(grant.brand_ids))

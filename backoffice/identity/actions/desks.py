"""Desks: the tree of teams grows by these verbs."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict
from backoffice.identity.events import DeskCreated
from backoffice.identity.models import Desk
from backoffice.identity.models.desk import path_below


class DeskExists(Conflict):
    """There is a desk at this place already."""


@transaction.atomic
def create_desk(
    *,
    legal_entity_id: int,
    code: str,
    name: str,
    parent_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Desk:
    """Set up a team below another one, or at the root of a legal entity; DeskExists if it is."""
    locks.advisory(f"identity.desks.{legal_entity_id}", timeout_ms=2_000)
    parent = None
    if parent_id is not None:
        parent = Desk.objects.get(pk=parent_id, legal_entity_id=legal_entity_id)
    path = path_below(parent, code)
    if Desk.objects.filter(legal_entity_id=legal_entity_id, path=path).exists():
        raise DeskExists(_("There is a desk %(path)s already.") % {"path": path})
    desk = Desk.objects.create(
        parent=parent, legal_entity_id=legal_entity_id, code=code, name=name, path=path
    )
    outbox.emit(
        DeskCreated(desk_id=desk.pk, path=path), actor=actor, subjects=[("desk", desk.pk)], now=now
    )
    return desk

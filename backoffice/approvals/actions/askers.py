"""Who may ask for a dangerous act: staff, by a right of theirs that reaches what it is about."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backoffice.approvals.actions.refusals import NotAskable
from backoffice.core import access
from backoffice.core.actors import Actor
from backoffice.identity.queries import people


def require_right(actor: Actor, permission: object) -> Any:
    """Return the staff who asks, as a user; NotAskable for who does not hold the permission."""
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None or not user.may(permission):
        raise NotAskable(_("You may not ask for this."))
    return user


def require_reach(actor: Actor, permission: object, about: QuerySet[Any]) -> None:
    """Raise NotAskable unless the permission of the staff who asks reaches one of these rows."""
    user = require_right(actor, permission)
    if not access.restrict(about, user, permission).exists():
        raise NotAskable(_("You may not ask for this."))

"""Requests about records of an app: whoever reaches a record reaches what is asked about it."""

from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, Exists, Func, Model, OuterRef, Q, Value
from django.db.models.functions import Cast

from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.states import LIVE
from backoffice.core import access
from backoffice.core.access import Level, Reach

#: A subject's key is text; those of records are numbers, which their column can hold.
NUMBER = Cast(
    Func(OuterRef("subject_key"), Value("^[0-9]{1,18}$"), function="substring"), BigIntegerField()
)


def in_reach_of(subject_kind: str, model: type[Model]) -> Callable[[Any, object], Q | None]:
    """Return the `in_reach` of a kind of act whose subject is a row of `model`.

    Each request looks its own record up, by the record's key: not every record in reach is read.
    """

    def in_reach(user: Any, permission: object) -> Q | None:
        if user.reach(str(permission)) == Reach(Level.ALL, user.pk):
            return None
        mine = access.restrict(model._default_manager.order_by(), user, permission)
        return Q(Exists(mine.filter(pk=NUMBER)), subject_kind=subject_kind)

    return in_reach


def asked_about(kind: str, subject_kind: str, subject_key: int | str) -> ApprovalRequest | None:
    """Return the request of a kind about something that is not over; there is one at most."""
    rows = ApprovalRequest.objects.filter(kind=kind, state__in=LIVE)
    return rows.filter(subject_kind=subject_kind, subject_key=str(subject_key)).first()

"""Single grants: clients whom somebody may see although no role reaches them.

The kernel does not know who keeps them (crm does, with django-guardian). It only joins what the
keeper asks to the question for somebody's roles, so that a page sends no query more.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, OuterRef, QuerySet, Value

Keeper = Callable[[OuterRef], QuerySet[Any, Any]]

_keepers: list[Keeper] = []


def kept_by(keeper: Keeper) -> None:
    """Name who keeps single grants: from a user's number to the numbers of clients, in force."""
    _keepers[:] = [keeper]


def beside(rows: Any, user: str) -> Any:
    """Add `singles` to each row: the clients granted one by one to the user at this path."""
    ids = ArrayField(BigIntegerField())
    if not _keepers:
        return rows.annotate(singles=Value([], output_field=ids))
    return rows.annotate(singles=ArraySubquery(_keepers[0](OuterRef(user)), output_field=ids))

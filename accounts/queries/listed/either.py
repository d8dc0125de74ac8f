"""Rows that any of several conditions finds."""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def either(model: type[Row], *conditions: Q) -> Q:
    """Return the condition "any of these", each found by its own index and then put together.

    Where conditions joined by OR look into several tables, PostgreSQL reads the whole first one.
    """
    first, *others = (
        model._default_manager.filter(one).order_by().values("pk") for one in conditions
    )
    return Q(pk__in=first.union(*others))


def among(field: str, keys: QuerySet[Any, Any]) -> Q:
    """Return the condition "is one of these keys", which an index answers beside OR as well.

    The keys are read first, as one array: for a few of them.
    """
    return Q(_Among(F(field), ArraySubquery(keys)))


class _Among(Func):
    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = BooleanField()

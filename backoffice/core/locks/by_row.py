"""Rows are locked in the order of their keys, so that two transactions never wait in a circle."""

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def rows(queryset: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows of the queryset's own table, locked for a change, in key order.

    FOR NO KEY UPDATE: rows that point here by foreign key may still be inserted meanwhile.
    """
    return queryset.order_by("pk").select_for_update(of=("self",), no_key=True)

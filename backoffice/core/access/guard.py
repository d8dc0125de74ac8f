"""restrict() and get_or_404_for(): the only way from a user to rows."""

from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404

from backoffice.core.access.reach import Level, Reach, Reaching, Scope

Row = TypeVar("Row", bound=Model)
NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING  # an empty Q() would vanish beside `|`, and with it every row


def restrict(queryset: QuerySet[Row], user: Reaching, permission: object) -> QuerySet[Row]:
    """Return the rows that the user may see by this permission; none when they do not hold it."""
    parts = _parts(queryset.model, user, permission)
    if not parts:
        return queryset.none()
    within = NOTHING
    for one in parts:
        within |= one
    return queryset.filter(within)


def reaches(row: Model, user: Reaching, permission: object) -> bool:
    """Say whether a permission of the user reaches a row that was just read.

    What reaches every row is not asked of the database.
    """
    parts = _parts(type(row), user, permission)
    if any(one is EVERYTHING for one in parts):
        return True
    return (
        bool(parts)
        and restrict(type(row)._default_manager.filter(pk=row.pk), user, permission).exists()
    )


def get_or_404_for(
    queryset: QuerySet[Row], user: Reaching, permission: object, **lookup: object
) -> Row:
    """Return the one row, or Http404: out of reach looks exactly like absent."""
    return get_object_or_404(restrict(queryset, user, permission), **lookup)


def _parts(model: type[Model], user: Reaching, permission: object) -> list[Q]:
    """Return one condition for each way in which the user holds the permission."""
    reach = user.reach(str(permission))
    if reach is None:
        return []
    scope = getattr(model, "scope", None)
    if not isinstance(scope, Scope):
        raise ImproperlyConfigured(f"{model.__name__} does not say its scope")
    every = reach if isinstance(reach, tuple) else (reach,)
    return [_within(scope, one) for one in every]


def _within(scope: Scope, reach: Reach) -> Q:
    if scope.shared:
        return EVERYTHING
    within = _in_places(scope, reach)
    if scope.client is None or not reach.single_ids or within is EVERYTHING:
        return within
    return within | Q(**{f"{scope.client}__in": reach.single_ids})


def _in_places(scope: Scope, reach: Reach) -> Q:
    within = _at_level(scope, reach)
    for path, ids in ((scope.entity, reach.entity_ids), (scope.brand, reach.brand_ids)):
        if ids is None:
            continue
        if path is None:
            return NOTHING
        within &= Q(**{f"{path}__in": ids})
    return within


def _at_level(scope: Scope, reach: Reach) -> Q:
    own = Q(**{scope.owner: reach.user_id}) if scope.owner else NOTHING
    match reach.level:
        case Level.ALL | Level.ENTITY:
            return EVERYTHING
        case Level.DESK:
            return own | Q(**{f"{scope.desk}__in": reach.desk_ids}) if scope.desk else own
        case Level.OWN:
            return own

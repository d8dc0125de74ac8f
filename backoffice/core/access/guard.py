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
    reach = user.reach(str(permission))
    if reach is None:
        return queryset.none()
    scope = getattr(queryset.model, "scope", None)
    if not isinstance(scope, Scope):
        raise ImproperlyConfigured(f"{queryset.model.__name__} does not say its scope")
    reaches = reach if isinstance(reach, tuple) else (reach,)
    within = NOTHING
    for one in reaches:
        within |= _within(scope, one)
    return queryset.filter(within)


def get_or_404_for(
    queryset: QuerySet[Row], user: Reaching, permission: object, **lookup: object
) -> Row:
    """Return the one row, or Http404: out of reach looks exactly like absent."""
    return get_object_or_404(restrict(queryset, user, permission), **lookup)


def _within(scope: Scope, reach: Reach) -> Q:
    if scope.shared:
        return EVERYTHING
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

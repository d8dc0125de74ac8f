"""Integrations as those see them who look after them: what they may, hold, and lately did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from backoffice.company.queries import entities
from backoffice.core import permissions
from backoffice.core.access import Reach
from backoffice.machines.models import AccessToken, ApiCall, Integration, SigningKey
from backoffice.machines.permissions import SEE_INTEGRATIONS

SHOWN = 50
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ScopeView:
    """One scope: its code, what it allows, and whether the integration holds it."""

    code: str
    label: str
    held: bool


def list_integrations_for(user: Any, *, now: datetime) -> QuerySet[Integration]:
    """Return the integrations in reach, by name; each with what it holds and did."""
    living = {"retired_at": None, "expires_at__gt": now}
    keys = _counted(SigningKey.objects.filter(user=OuterRef("pk"), **living))
    tokens = _counted(
        AccessToken.objects.filter(user=OuterRef("pk"), revoked_at=None, expiry__gt=now)
    )
    recent = ApiCall.objects.filter(user=OuterRef("pk"), at__gt=now - DAY)
    latest = ApiCall.objects.filter(user=OuterRef("pk")).order_by("-id").values("at")[:1]
    rows = Integration.objects.select_related("user").annotate(
        living_keys=keys,
        living_tokens=tokens,
        calls_today=_counted(recent),
        refused_today=_counted(recent.exclude(reason="")),
        called_at=Subquery(latest),
    )
    return rows.filter(_within(user)).order_by("user__full_name", "pk")


def get_integration_for(user: Any, pk: int, *, now: datetime) -> Integration:
    """Return one integration in reach; Http404 for any other, as if there were none."""
    return get_object_or_404(list_integrations_for(user, now=now), pk=pk)


def keys_of(integration: Integration) -> list[SigningKey]:
    """Return its keys, those that live first, then the newest."""
    keys = SigningKey.objects.filter(user_id=integration.pk)
    return list(keys.order_by(Coalesce("retired_at", "expires_at").desc(), "-id")[:SHOWN])


def tokens_of(integration: Integration) -> list[AccessToken]:
    """Return its tokens, the newest first."""
    tokens = AccessToken.objects.filter(user_id=integration.pk)
    return list(tokens.order_by("-issued_at")[:SHOWN])


def calls_of(integration: Integration, *, refused: bool) -> list[ApiCall]:
    """Return its latest calls, or of them those that were refused."""
    calls = ApiCall.objects.filter(user_id=integration.pk)
    return list((calls.exclude(reason="") if refused else calls).order_by("-id")[:SHOWN])


def scopes_of(held: Iterable[str]) -> list[ScopeView]:
    """Return every scope that there is, and which of them are held."""
    has = set(held)
    return [ScopeView(c, _(one.label), c in has) for c, one in permissions.scopes().items()]


def reach_of(integration: Integration) -> dict[str, list[str]]:
    """Return the names of the legal entities and brands that it serves."""
    user = integration.user
    its_entities = entities.list_entities().filter(pk__in=user.entity_ids)
    its_brands = entities.list_brands().filter(pk__in=user.brand_ids)
    return {
        "entities": [str(one) for one in its_entities],
        "brands": [str(one) for one in its_brands],
    }


def settings_of(integration: Integration) -> dict[str, Any]:
    """Return what holds now, as the form asks for it."""
    user = integration.user
    return {
        "scopes": user.scopes,
        "entity_ids": user.entity_ids,
        "brand_ids": user.brand_ids,
        "networks": "\n".join(integration.networks),
        "per_minute": integration.per_minute,
        "burst": integration.burst,
    }


def _within(user: Any) -> Q:
    reach = user.reach(str(SEE_INTEGRATIONS))
    if reach is None:
        return Q(pk__in=())
    reaches: tuple[Reach, ...] = reach if isinstance(reach, tuple) else (reach,)
    within = Q(pk__in=())
    for one in reaches:
        if one.entity_ids is None:
            return ~Q(pk__in=())
        within |= Q(user__entity_ids__contained_by=sorted(one.entity_ids))
    return within


def _counted(rows: QuerySet[Any]) -> Any:
    counted = rows.order_by().values("user").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted[:1]), 0)

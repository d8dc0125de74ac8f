"""Legal entities and brands: set up once, before anybody can be a client."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.company.events import BrandAdded, EntityFounded
from backoffice.company.models import Brand, LegalEntity
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected


class CodeTaken(Conflict):
    """Another legal entity or brand has this code."""


class BadParticulars(Rejected):
    """A particular cannot be right; the sentence says which."""


@transaction.atomic
def found_entity(
    *,
    code: str,
    name: str,
    jurisdiction: str,
    reporting_currency: str,
    timezone: str = "UTC",
    actor: Actor,
    now: datetime,
) -> LegalEntity:
    """Set up a legal entity; `jurisdiction` is a country code of two letters. Raises CodeTaken."""
    locks.advisory("company.entities", timeout_ms=2_000)
    if LegalEntity.objects.filter(code=code).exists():
        raise CodeTaken(_("There is a legal entity %(code)s already.") % {"code": code})
    entity = LegalEntity(
        code=code,
        name=name,
        jurisdiction=jurisdiction,
        reporting_currency=reporting_currency,
        timezone=timezone,
    )
    _check(entity)
    entity.save()
    outbox.emit(
        EntityFounded(legal_entity_id=entity.pk, code=code),
        actor=actor,
        subjects=[("legal_entity", entity.pk)],
        now=now,
    )
    return entity


@transaction.atomic
def add_brand(
    *, legal_entity_id: int, code: str, name: str, site_url: str = "", actor: Actor, now: datetime
) -> Brand:
    """Add a name under which the legal entity meets its clients; CodeTaken if it is in use."""
    locks.advisory("company.entities", timeout_ms=2_000)
    if Brand.objects.filter(code=code).exists():
        raise CodeTaken(_("There is a brand %(code)s already.") % {"code": code})
    brand = Brand(legal_entity_id=legal_entity_id, code=code, name=name, site_url=site_url)
    _check(brand)
    brand.save()
    outbox.emit(
        BrandAdded(brand_id=brand.pk, code=code),
        actor=actor,
        subjects=[("legal_entity", legal_entity_id)],
        now=now,
    )
    return brand


def _check(row: LegalEntity | Brand) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadParticulars(" ".join(error.messages)) from error

"""Legal entities and brands: few rows, asked by every list."""

from django.db.models import QuerySet

from backoffice.company.models import Brand, LegalEntity


def list_entities() -> QuerySet[LegalEntity]:
    """Return the legal entities that do business, by code."""
    return LegalEntity.objects.filter(is_active=True).order_by("code")


def list_brands() -> QuerySet[Brand]:
    """Return the brands of the legal entities that do business."""
    return (
        Brand.objects.filter(legal_entity__is_active=True)
        .select_related("legal_entity")
        .order_by("code")
    )


def get_entity(code: str) -> LegalEntity:
    """Return one legal entity by its code; LegalEntity.DoesNotExist when there is none."""
    return LegalEntity.objects.get(code=code)


def reporting_currency_of(legal_entity_id: int) -> str:
    """Return the currency in which this legal entity's figures are told."""
    return LegalEntity.objects.values_list("reporting_currency", flat=True).get(pk=legal_entity_id)

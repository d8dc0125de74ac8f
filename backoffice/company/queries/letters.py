"""The letter to send: the brand's own text first, then the legal entity's, in a language."""

from django.db.models import F, Q

from backoffice.company.models import LetterTemplate

FALLBACK_LANGUAGE = "en"


def letter_for(
    code: str, *, legal_entity_id: int, brand_id: int | None, language: str
) -> LetterTemplate | None:
    """Return the latest version that fits best, in English when the language is missing."""
    brands = Q(brand_id=None) if brand_id is None else Q(brand_id=None) | Q(brand_id=brand_id)
    letters = LetterTemplate.objects.filter(brands, legal_entity_id=legal_entity_id, code=code)
    order = (F("brand_id").asc(nulls_last=True), "-version")
    for wanted in dict.fromkeys((language, FALLBACK_LANGUAGE)):
        found = letters.filter(language=wanted).order_by(*order).first()
        if found is not None:
            return found
    return None

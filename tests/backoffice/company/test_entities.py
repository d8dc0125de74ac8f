"""Legal entities and brands are set up by actions, once each."""

import pytest

from backoffice.company.actions.entities import BadParticulars, CodeTaken, add_brand, found_entity
from backoffice.company.models import Brand, LegalEntity
from backoffice.core import records
from tests.factories.people import NOW, SETUP

pytestmark = pytest.mark.django_db


def founded(code: str = "linden", **values: str) -> LegalEntity:
    """A legal entity, by the action."""
    told = {"name": "Linden Ltd", "jurisdiction": "CY", "reporting_currency": "USD"} | values
    return found_entity(code=code, **told, actor=SETUP, now=NOW)


def test_an_entity_is_founded_once() -> None:
    """It is announced, and its code is taken from then on."""
    entity = founded()
    (told,) = records.for_subject("legal_entity", entity.pk)
    assert told.name == "company.entity.founded"
    with pytest.raises(CodeTaken, match="linden"):
        founded()
    assert LegalEntity.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"jurisdiction": "Cyprus"}, {"timezone": "Atlantis"}, {"reporting_currency": ""}]
)
def test_what_cannot_be_right_is_refused(wrong: dict[str, str]) -> None:
    """And nothing is written."""
    with pytest.raises(BadParticulars):
        founded(**wrong)
    assert not LegalEntity.objects.exists()


def test_a_brand_belongs_to_its_entity() -> None:
    """Its code is unique over all entities."""
    entity, other = founded(), founded("birch", name="Birch Ltd")
    brand = add_brand(legal_entity_id=entity.pk, code="lime", name="Lime", actor=SETUP, now=NOW)
    assert brand.legal_entity == entity
    with pytest.raises(CodeTaken, match="lime"):
        add_brand(legal_entity_id=other.pk, code="lime", name="Lime", actor=SETUP, now=NOW)
    assert Brand.objects.count() == 1

"""The policy in force at a moment."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from backoffice.company.models import PolicyVersion
from backoffice.core.compiled import Question


def in_force(entity: str) -> str:
    """Return a column: the policies `%(policies)s` in force at `%(now)s`, as one JSON object.

    For statements that may not be followed by another one. `entity` is SQL for the legal entity.
    """
    return f"""(SELECT json_object_agg(code, value)::text FROM (
        SELECT DISTINCT ON (v.code) v.code, v.value
          FROM company_policyversion v
         WHERE v.code = ANY(%(policies)s) AND v.valid_from <= %(now)s
           AND (v.legal_entity_id IS NULL OR v.legal_entity_id = {entity})
         ORDER BY v.code, v.legal_entity_id ASC NULLS LAST, v.valid_from DESC, v.version DESC
    ) told)"""  # noqa: S608 - `entity` is written in the code, never asked for


def _newest(whose: Q, code: str, at: datetime) -> QuerySet[PolicyVersion]:
    rows = PolicyVersion.objects.filter(whose, code=code, valid_from__lte=at)
    return rows.order_by(F("legal_entity_id").asc(nulls_last=True), "-valid_from", "-version")[:1]


OF_HOUSE = Q(legal_entity_id=None)
HOUSES = Question(lambda code, at: _newest(OF_HOUSE, code, at), str, datetime)
OWN_OR_HOUSES = Question(
    lambda code, at, entity: _newest(OF_HOUSE | Q(legal_entity_id=entity), code, at),
    str,
    datetime,
    int,
)


def policy_in_force(
    code: str, *, at: datetime, legal_entity_id: int | None = None
) -> PolicyVersion | None:
    """Return the version in force: the legal entity's own, else the house's, else None."""
    if legal_entity_id is None:
        return HOUSES.first(code, at)
    return OWN_OR_HOUSES.first(code, at, legal_entity_id)

"""The policy in force at a moment."""

from datetime import datetime

from django.db.models import F, Q

from backoffice.company.models import PolicyVersion


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


def policy_in_force(
    code: str, *, at: datetime, legal_entity_id: int | None = None
) -> PolicyVersion | None:
    """Return the version in force: the legal entity's own, else the house's, else None."""
    mine = Q(legal_entity_id=None)
    if legal_entity_id is not None:
        mine |= Q(legal_entity_id=legal_entity_id)
    return (
        PolicyVersion.objects.filter(mine, code=code, valid_from__lte=at)
        .order_by(F("legal_entity_id").asc(nulls_last=True), "-valid_from", "-version")
        .first()
    )

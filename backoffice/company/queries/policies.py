"""The policy in force at a moment."""

from datetime import datetime

from django.db.models import F, Q

from backoffice.company.models import PolicyVersion


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

"""Business policies: a change is a new version with a day of entry into force."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from backoffice.company.events import PolicySet
from backoffice.company.models import PolicyVersion
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor


@transaction.atomic
def set_policy(
    *,
    code: str,
    value: Mapping[str, object],
    valid_from: datetime,
    reason: str,
    legal_entity_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> PolicyVersion:
    """Write the next version of a policy of the house, or of one legal entity."""
    locks.advisory(f"company.policy.{code}.{legal_entity_id or 0}", timeout_ms=2_000)
    versions = PolicyVersion.objects.filter(code=code, legal_entity_id=legal_entity_id)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    policy = PolicyVersion.objects.create(
        legal_entity_id=legal_entity_id,
        code=code,
        version=latest + 1,
        value=dict(value),
        valid_from=valid_from,
        set_by=str(actor),
        reason=reason,
    )
    outbox.emit(
        PolicySet(policy_id=policy.pk, code=code, version=policy.version),
        actor=actor,
        subjects=[("policy", str(policy.pk))],
        now=now,
    )
    return policy

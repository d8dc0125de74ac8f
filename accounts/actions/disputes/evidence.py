"""The evidence of a case: made with one button, and told to the log by its digest."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actions.disputes import steps
from accounts.events import DisputePackMade
from accounts.queries.disputes.pack import pack_of
from backoffice.core.actors import Actor


@transaction.atomic
def make_pack(*, dispute_id: int, user: Any, actor: Actor, now: datetime) -> bytes:
    """Return the archive of the evidence, as far as this person may see it.

    The log keeps its SHA-256, so that what was sent can be told from what was not.
    """
    dispute = steps.locked(dispute_id)
    steps.require_right(actor, dispute)
    pack = pack_of(dispute, user, now=now)
    digest = hashlib.sha256(pack).hexdigest()
    if not dispute.is_final:
        dispute.pack_digest = digest
        dispute.save(update_fields=["pack_digest"])
    event = DisputePackMade(dispute_id=dispute.pk, digest=digest)
    steps.emit(dispute, event, actor=actor, now=now)
    return pack

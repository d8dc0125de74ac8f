"""Looks at clients are counted: cards opened, contacts revealed, clients taken out in exports."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from crm.events import ContactRevealed, QuotaReached
from crm.models import Look
from crm.queries import looks
from crm.states import ContactField, LookKind


class QuotaSpent(Rejected):
    """The person had as many clients today as the house allows; compliance was told."""


def open_card(*, user_id: int, client_id: int, actor: Actor, now: datetime) -> None:
    """Count the opening of a card, once a day for each client; QuotaSpent where that stops.

    That it was opened is told by the audit room; what is told here is that the quota is reached.
    """
    if not looks.is_looked(user_id, client_id, LookKind.OPENED, now=now):
        look(user_id=user_id, client_id=client_id, kind=LookKind.OPENED, actor=actor, now=now)


@transaction.atomic
def reveal(
    *, user_id: int, client_id: int, field: ContactField, actor: Actor, now: datetime
) -> None:
    """Tell that somebody asked to read a contact in full, and count the client; QuotaSpent."""
    if not looks.is_looked(user_id, client_id, LookKind.REVEALED, now=now):
        look(user_id=user_id, client_id=client_id, kind=LookKind.REVEALED, actor=actor, now=now)
    told = ContactRevealed(client_id=client_id, field=field.value)
    subjects = [("client", client_id), ("user", user_id)]
    outbox.emit(told, actor=actor, subjects=subjects, now=now)


@transaction.atomic
def look(
    *,
    user_id: int,
    client_id: int | None = None,
    kind: LookKind,
    count: int = 1,
    actor: Actor,
    now: datetime,
) -> None:
    """Count clients that somebody looked at or takes out (`count` in an export); QuotaSpent.

    Who reaches the quota sets off the alarm with that very look; the next one is refused, where
    the policy says so. An export that would go beyond it is refused as a whole.
    """
    locks.advisory(f"crm.looks.{user_id}", timeout_ms=5_000)
    quota, before = looks.quotas(now=now)[kind], looks.counted(user_id, kind, now=now)
    if quota.stops and before + count > quota.most:
        raise QuotaSpent(
            _("That would be more clients than one person may have in a day (%(most)s).")
            % {"most": quota.most}
        )
    Look.objects.create(
        user_id=user_id,
        client_id=client_id,
        kind=kind,
        count=count,
        on_date=now.date(),
        looked_at=now,
    )
    if before < quota.most <= before + count:
        told = QuotaReached(user_id=user_id, kind=kind.value, most=quota.most)
        outbox.emit(told, actor=actor, subjects=[("user", user_id)], now=now)

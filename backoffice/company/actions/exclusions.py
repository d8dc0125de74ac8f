"""The exclusion list: put on, take off; rows are closed, never removed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.company.events import SubjectExcluded, SubjectReadmitted
from backoffice.company.models import ExcludedSubject
from backoffice.company.states import SubjectKind
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict


class ExcludedAlready(Conflict):
    """The subject is on the list."""


class NotExcluded(Conflict):
    """The subject is not on the list any more."""


@transaction.atomic
def exclude_subject(
    *, kind: SubjectKind, key: str, reason: str, actor: Actor, now: datetime
) -> ExcludedSubject:
    """Leave a client, account, group or e-mail domain out of figures; ExcludedAlready if it is."""
    key = key.strip().lower() if kind is SubjectKind.EMAIL_DOMAIN else key.strip()
    locks.advisory(f"company.exclusion.{kind}.{key}", timeout_ms=2_000)
    if ExcludedSubject.objects.filter(kind=kind, key=key, removed_at=None).exists():
        raise ExcludedAlready(_("%(key)s is on the exclusion list already.") % {"key": key})
    excluded = ExcludedSubject.objects.create(
        kind=kind, key=key, reason=reason, added_by=str(actor), added_at=now
    )
    outbox.emit(
        SubjectExcluded(exclusion_id=excluded.pk, kind=kind.value),
        actor=actor,
        subjects=_subjects(excluded),
        now=now,
    )
    return excluded


@transaction.atomic
def readmit_subject(*, exclusion_id: int, actor: Actor, now: datetime) -> ExcludedSubject:
    """Count the subject again from now on; NotExcluded when somebody was first."""
    excluded = ExcludedSubject.objects.select_for_update().get(pk=exclusion_id)
    if excluded.removed_at is not None:
        raise NotExcluded(_("%(key)s is not on the exclusion list.") % {"key": excluded.key})
    excluded.removed_at = now
    excluded.removed_by = str(actor)
    excluded.save(update_fields=["removed_at", "removed_by"])
    outbox.emit(
        SubjectReadmitted(exclusion_id=excluded.pk, kind=excluded.kind),
        actor=actor,
        subjects=_subjects(excluded),
        now=now,
    )
    return excluded


def _subjects(excluded: ExcludedSubject) -> list[tuple[str, str]]:
    """A client or an account has a timeline of its own; groups and domains have the list's."""
    if excluded.kind in (SubjectKind.CLIENT, SubjectKind.ACCOUNT):
        return [("exclusion", str(excluded.pk)), (excluded.kind, excluded.key)]
    return [("exclusion", str(excluded.pk))]

"""Letting another vote in one's place for a while; noting whose client record is their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.approvals import terms
from backoffice.approvals.events import DelegationEnded, InterestNoted, VoteDelegated
from backoffice.approvals.models import ClientInterest, VoteDelegation
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people

LONGEST = timedelta(days=30)


class NotPossible(Rejected):
    """A delegation that cannot be; the sentence says why."""


@transaction.atomic
def delegate(
    *,
    to_user_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    kinds: Sequence[str] = (),
    actor: Actor,
    now: datetime,
) -> VoteDelegation:
    """Let another vote in the actor's place, at most 30 days; NotPossible says what is wrong.

    Only a right that one holds oneself is lent, as long as one holds it, and never for what one
    asked for. Kinds whose policy does not allow it are left out by the database.
    """
    me = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    other = people.get_staff(to_user_id)
    if me is None or other is None or me.pk == other.pk:
        raise NotPossible(_("Choose a colleague."))
    if not any(me.may(kind.decides) for kind in terms.kinds()):
        raise NotPossible(_("There is nothing that you decide about."))
    if ends_at <= max(starts_at, now) or ends_at - starts_at > LONGEST:
        raise NotPossible(_("A delegation ends later than it begins, within 30 days."))
    if not reason.strip():
        raise NotPossible(_("Say why."))
    made = VoteDelegation.objects.create(
        from_user_id=me.pk,
        to_user_id=other.pk,
        kinds=sorted(set(kinds)),
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:300],
    )
    event = VoteDelegated(
        delegation_id=made.pk, from_user_id=me.pk, to_user_id=other.pk, reason=made.reason
    )
    _tell(event, made, actor=actor, now=now)
    return made


@transaction.atomic
def end_delegation(*, delegation_id: int, actor: Actor, now: datetime) -> VoteDelegation:
    """Vote for oneself again; only whoever lent the vote ends it. NotPossible, Conflict."""
    made = locks.rows(VoteDelegation.objects.filter(pk=delegation_id)).get()
    if actor != Actor.staff(made.from_user_id):
        raise NotPossible(_("Only who lent the vote takes it back."))
    if made.ended_at is not None:
        raise Conflict(_("It is ended already."))
    made.ended_at = now
    made.save(update_fields=["ended_at"])
    event = DelegationEnded(
        delegation_id=made.pk, from_user_id=made.from_user_id, to_user_id=made.to_user_id
    )
    _tell(event, made, actor=actor, now=now)
    return made


@transaction.atomic
def note_interest(*, user_id: int, client_id: int, actor: Actor, now: datetime) -> ClientInterest:
    """Note that a client record is a member of staff's own: they decide nothing about it."""
    locks.advisory(f"approvals.interest.{user_id}.{client_id}", timeout_ms=2_000)
    known = ClientInterest.objects.filter(user_id=user_id, client_id=client_id).first()
    if known is not None:
        return known
    noted = ClientInterest.objects.create(
        user_id=user_id, client_id=client_id, noted_by=str(actor), noted_at=now
    )
    event = InterestNoted(user_id=user_id, client_id=client_id)
    subjects = [("user", user_id), ("client", client_id)]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)
    return noted


def _tell(
    event: VoteDelegated | DelegationEnded, made: VoteDelegation, *, actor: Actor, now: datetime
) -> None:
    subjects = [("user", made.from_user_id), ("user", made.to_user_id)]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)

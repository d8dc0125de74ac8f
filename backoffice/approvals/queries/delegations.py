"""Who lets whom vote."""

from django.db.models import Q, QuerySet

from backoffice.approvals.models import VoteDelegation


def list_delegations_of(user_id: int) -> QuerySet[VoteDelegation]:
    """Return what somebody lent and was lent, the newest first."""
    rows = VoteDelegation.objects.filter(Q(from_user_id=user_id) | Q(to_user_id=user_id))
    return rows.select_related("from_user", "to_user").order_by("-id")


def is_mine(delegation_id: int, user_id: int) -> bool:
    """Say whether somebody lent this vote."""
    return VoteDelegation.objects.filter(pk=delegation_id, from_user_id=user_id).exists()

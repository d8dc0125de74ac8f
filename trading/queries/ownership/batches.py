"""Bulk bindings as their result page shows them, and whether they can still be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404

from crm.permissions import SEE_CLIENTS
from crm.queries import lookalikes
from trading.models import BindingBatch, BindingLine
from trading.queries import unbound
from trading.states import GIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """A batch with its lines in reach; `left` is how long it can be undone, None: not any more."""

    batch: BindingBatch
    lines: tuple[Any, ...]
    given: int
    left: timedelta | None


def get_batch_for(user: Any, pk: int, *, now: datetime) -> BatchPage:
    """Return a batch whose accounts are the user's to give, or raise Http404.

    Clients out of the user's reach are not named.
    """
    batch = BindingBatch.objects.filter(pk=pk).first()
    lines = list(_lines(pk)) if batch else []
    mine = unbound.may_give(user, [one.account_id for one in lines])
    shown = [one for one in lines if one.account_id in mine]
    if batch is None or not shown:
        raise Http404
    clients = {one.client_id for one in shown if one.client_id}
    seen = lookalikes.within_reach(user, SEE_CLIENTS, clients)
    for one in shown:
        one.seen_client = one.client if one.client_id in seen else None
    ends = batch.undo_until
    given = sum(one.outcome in GIVEN for one in shown)
    can_undo = batch.undone_at is None and given and len(shown) == len(lines) and now <= ends
    return BatchPage(
        batch=batch, lines=tuple(shown), given=given, left=ends - now if can_undo else None
    )


def _lines(batch_id: int) -> Any:
    lines = BindingLine.objects.filter(batch_id=batch_id)
    related = lines.select_related("account__server", "account__group", "client")
    return related.order_by("account__server__code", "account__login")


def count_given(batch_id: int) -> int:
    """Count the accounts that a batch gave and that stand."""
    return BindingLine.objects.filter(batch_id=batch_id, outcome__in=GIVEN).count()

"""Binds what is sure, row by row: each in a transaction of its own, as one person pressed it."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from accounts.actions.bank import binding
from accounts.queries.bank import rows
from backoffice.core.actors import Actor
from backoffice.core.errors import Later, Rejected
from backoffice.identity.queries import people


def bind_sure(*, seen: Collection[int], actor: Actor, now: datetime) -> int:
    """Bind those of the rows that were seen whose match is still sure; return how many.

    What somebody else was faster with, or what may not be bound now, stays as it is.
    """
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None:
        return 0
    bound = 0
    for row_id, deposit_id in rows.sure_rows_for(user):
        if row_id in seen:
            with suppress(Rejected, Later):
                binding.bind_row(row_id=row_id, deposit_id=deposit_id, actor=actor, now=now)
                bound += 1
    return bound

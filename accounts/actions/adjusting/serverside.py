"""The end of a credit: whether the server took it by itself, and the note that nothing is left."""

from datetime import datetime

from accounts.actions.adjusting import steps
from accounts.events import CreditEnded
from accounts.models import Adjustment
from backoffice.core.actors import Actor
from trading.actions import evidence


def took(credit: Adjustment, *, now: datetime) -> bool:
    """Ask MetaTrader whether it took a credit out by itself; Later when it does not answer."""
    return evidence.credit_taken_by_server(
        account_id=credit.account_id,
        ticket=credit.ticket or 0,
        since=credit.ends_at or now,
        now=now,
    )


def note_end(credit: Adjustment, words: str, *, actor: Actor, now: datetime) -> None:
    """Note that nothing is left of a locked credit, and tell of it; once."""
    if credit.ended_at is not None:
        return
    credit.ended_at = now
    credit.save(update_fields=["ended_at"])
    event = CreditEnded(**steps.told(credit), words=words)
    steps.emit(credit, event, actor=actor, now=now)

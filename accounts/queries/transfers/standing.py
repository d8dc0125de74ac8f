"""Which transfers are due, which hang on one leg, which stand in an account's way, who settles."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import Transfer, TransferOperation
from accounts.queries import settlements
from accounts.terms import TRANSFER_FINAL
from accounts.terms import Transfer as State
from trading.queries.operations import OperationView

#: One leg moved and the other did not for longer than this: in flight.
IN_FLIGHT_AFTER = timedelta(minutes=2)
PUSHED = 200


def transfers_to_push(now: datetime) -> list[int]:
    """Return the transfers that wait for MetaTrader, or for an answer of it."""
    due = Q(next_try_at__lte=now) | Q(state=State.UNCERTAIN)
    rows = Transfer.objects.exclude(state__in=TRANSFER_FINAL).filter(due)
    return list(rows.order_by("next_try_at", "id").values_list("id", flat=True)[:PUSHED])


def open_on(account_id: int) -> str:
    """Return the number of a transfer that is open on an account, on either side; "" for none."""
    on_it = Q(source_account_id=account_id) | Q(target_account_id=account_id)
    found = Transfer.objects.exclude(state__in=TRANSFER_FINAL).filter(on_it).first()
    return "" if found is None else str(found)


def in_flight(now: datetime) -> Q:
    """Return what left its source and is neither at the target nor back in time."""
    one_legged = Q(state__in=(State.IN_TRANSIT, State.REVERSING))
    one_legged |= Q(state=State.UNCERTAIN)
    since = now - IN_FLIGHT_AFTER
    return one_legged & (Q(debited_at__lt=since) | Q(debited_at=None, uncertain_since__lt=since))


def count_in_flight(now: datetime) -> int:
    """Count them, a thousand at most."""
    return Transfer.objects.filter(in_flight(now))[:1000].count()


def operation_to_settle(transfer_id: int) -> OperationView | None:
    """Return the newest operation of a transfer that machines could not decide, or None."""
    links = TransferOperation.objects.filter(transfer=transfer_id).order_by("-id")
    return settlements.left_to_people(link.key for link in links)

"""Money commands that a person books in the MT4 Manager, because we may not write there.

The person copies login, amount and marker; our mirror finds the marker, and then it is confirmed as
any other. What carries the marker and says something else is for two people to settle, and so is
what somebody says can not be booked. Nothing here is ever sent by us.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import access
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from trading.actions import looking_up, verdicts
from trading.models import BalanceOperation, BalanceRecord
from trading.permissions import SETTLE_OPERATIONS
from trading.states import Operation
from trading.terms import Cmd


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the operation is out of their reach."""


class NotByHand(Conflict):
    """It does not wait to be booked by hand any more."""


@transaction.atomic
def match(*, operation_id: int, actor: Actor, now: datetime) -> Operation:
    """Look whether the mirror shows what a person booked; return the state afterwards.

    Confirmed by exactly one record with its marker, login, pocket and amount; MANUAL when a record
    with its marker says something else, or there are several. Otherwise it goes on waiting.
    """
    operation = verdicts.locked(operation_id)
    if operation.state != Operation.BY_HAND:
        return Operation(operation.state)
    found = _marked(operation)
    told: dict[str, Any] = {"actor": actor, "now": now}
    if not found:
        return Operation.BY_HAND
    if len(found) > 1:
        tickets = ", ".join(str(one.ticket) for one in found)
        words = f"{len(found)} records carry its marker: {tickets}"
        return verdicts.handed_over(operation=operation, words=words, **told)
    if not _is_it(operation, found[0]):
        words = (
            f"Record {found[0].ticket} on login {found[0].account.login} carries its marker and "
            f"says {found[0].amount:f} {found[0].currency}"
        )
        return verdicts.handed_over(operation=operation, words=words, **told)
    return verdicts.booked_by_hand(operation_id=operation_id, ticket=found[0].ticket, **told)


@transaction.atomic
def hand_back(*, operation_id: int, reason: str, actor: Actor, now: datetime) -> Operation:
    """Say that it was, or will be, booked otherwise: two people settle what became of it.

    Raises NotAllowed, NotByHand, Rejected without a reason.
    """
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    rows = BalanceOperation.objects.filter(pk=operation_id)
    if user is None or not access.restrict(rows, user, SETTLE_OPERATIONS).exists():
        raise NotAllowed(_("You may not settle this by hand."))
    if not reason.strip():
        raise Rejected(_("Say why."))
    operation = verdicts.locked(operation_id)
    if operation.state != Operation.BY_HAND:
        raise NotByHand(_("It does not wait to be booked by hand any more."))
    return verdicts.handed_over(operation=operation, words=reason.strip(), actor=actor, now=now)


def _marked(operation: BalanceOperation) -> list[BalanceRecord]:
    """Return the records of the server that open with the marker: on its login, or on another."""
    records = BalanceRecord.objects.select_related("account").filter(
        server_id=operation.account.server_id,
        recorded_at__gte=operation.created_at - looking_up.AROUND,
        comment__startswith=operation.marker,
    )
    return list(records.order_by("id")[:10])


def _is_it(operation: BalanceOperation, record: BalanceRecord) -> bool:
    asked = (operation.account_id, looking_up.pocket_of(operation), operation.amount)
    return (record.account_id, Cmd(record.cmd), record.amount) == asked

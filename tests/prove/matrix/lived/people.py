"""What people do in a life: press until it works, and settle by two what machines left open."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from backoffice.core import clock
from backoffice.core.errors import Conflict, Later, Rejected
from tests.factories.payments import Till
from trading.actions.hand_settlement import Proposal
from trading.models import BalanceOperation
from trading.states import Operation, Outcome

NO = (Rejected, Conflict, Later)


def quietly(act: Callable[[], Any]) -> None:
    """Press it; the page may say no, or not now: it is pressed again."""
    try:
        act()
    except NO:
        return


def key_of(till: Till, what: str) -> Any:
    """The key that one form carries, however often it is sent."""
    return uuid5(NAMESPACE_URL, f"{what} {till.account.pk}")


def by_two(till: Till, room: Any, own: dict[str, Any], standing: Any) -> None:
    """Settle it in its room as MetaTrader shows it; one of the two at each press.

    A colleague of the cashier's, where the cashier had a hand in it.
    """
    told: dict[str, Any] = {**own, "now": clock.now()}
    first = vars(till).get("colleague", till.cashier)
    if standing is not None:
        quietly(lambda: room.confirm_settlement(actor=till.second.actor, **told))
    elif BalanceOperation.objects.filter(state=Operation.MANUAL).exists():
        proposal = seen_of(till)
        quietly(lambda: room.propose_settlement(proposal=proposal, actor=first.actor, **told))


def seen_of(till: Till) -> Proposal:
    """What a person reads in MetaTrader: the record of exactly this amount, or none."""
    manual = BalanceOperation.objects.filter(state=Operation.MANUAL).get()
    mine = [
        one
        for one in till.script.booked
        if one.profit == manual.amount and one.login == manual.account.login
    ]
    if mine:
        return Proposal(outcome=Outcome.MOVED, ticket=mine[0].ticket, reason="I see it")
    return Proposal(outcome=Outcome.NOT_MOVED, ticket=None, reason="there is none")

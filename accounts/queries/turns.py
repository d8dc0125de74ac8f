"""Whose turn it is: one table, asked of the database for the queue and of a row for its words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Payment
from accounts.permissions import APPROVE_WITHDRAWAL, CONFIRM_PAYOUT, RETURN_PAYOUT, SEND_PAYOUT
from accounts.states import Withdrawal
from backoffice.approvals.queries import requests
from backoffice.core.words import noop
from backoffice.machines.queries import hands
from trading.permissions import SETTLE_OPERATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A place where a payment waits for somebody: where it stands, who may act, whose hands not.

    `where` are fields and their values, `filled` fields that are not empty, `hands` fields that
    name people who had a hand in it and so have no turn here; `words` say whom it waits for.
    """

    permission: object
    where: Mapping[str, Any]
    filled: tuple[str, ...] = ()
    hands: tuple[str, ...] = field(default=())
    words: str

    def condition(self, user: Any, machines: Any) -> Q:
        """Return what the database is asked; `machines` are those that the user had a hand in."""
        asked = Q(**self.where)
        for name in self.filled:
            asked &= ~Q(**{name: ""})
        for name in self.hands:
            asked &= ~Q(**{name: str(user.actor)})
        if "requested_by" in self.hands:  # by an integration of theirs
            asked &= ~Q(requested_by__in=machines)
        return asked

    def holds(self, payment: Payment) -> bool:
        """Say whether a payment at hand stands here, whoever looks."""
        return all(getattr(payment, name) == value for name, value in self.where.items()) and all(
            getattr(payment, name) for name in self.filled
        )

    def is_for(self, payment: Payment, user: Any) -> bool:
        """Say of a payment that stands here whether the turn is this user's."""
        had_a_hand = any(hands.is_of(user, getattr(payment, name)) for name in self.hands)
        return not had_a_hand and bool(user.may(self.permission))


TURNS = (
    Turn(
        permission=APPROVE_WITHDRAWAL,
        where={"state": Withdrawal.REQUESTED},
        hands=("requested_by",),
        words=noop("back office"),
    ),
    Turn(
        permission=SEND_PAYOUT,
        where={"state": Withdrawal.DEBITED, "return_asked_by": ""},
        hands=("requested_by",),
        words=noop("finance: send"),
    ),
    Turn(
        permission=CONFIRM_PAYOUT,
        where={"state": Withdrawal.SENT, "return_asked_by": ""},
        hands=("requested_by", "sent_by"),
        words=noop("a second person: confirm"),
    ),
    *(
        Turn(
            permission=RETURN_PAYOUT,
            where={"state": state},
            filled=("return_asked_by",),
            hands=("requested_by", "approved_by", "sent_by", "return_asked_by"),
            words=noop("a second person: return"),
        )
        for state in (Withdrawal.DEBITED, Withdrawal.SENT)
    ),
    Turn(
        permission=RETURN_PAYOUT,
        where={"state": Withdrawal.RETURNING, "next_try_at": None},
        filled=("waits_because",),
        words=noop("finance: return again"),
    ),
    Turn(
        permission=SETTLE_OPERATIONS,
        where={"state": Withdrawal.UNCERTAIN, "needs_person": True},
        hands=("requested_by", "settling_by"),
        words=noop("two people: settle by hand"),
    ),
)
#: The fields that tell at which turn a payment stands, and whose it is.
TOLD = frozenset(name for turn in TURNS for name in (*turn.where, *turn.filled, *turn.hands))
#: The turns by the state that each of them stands in.
IN_STATE: dict[str, list[Turn]] = defaultdict(list)
for _turn in TURNS:
    IN_STATE[_turn.where["state"]].append(_turn)
#: Where nobody of the staff has a turn: what it waits for instead.
NOBODY: dict[str, str] = {
    Withdrawal.WAITING_CLIENT: noop("the client"),
    Withdrawal.APPROVED: noop("MetaTrader"),
    Withdrawal.UNCERTAIN: noop("MetaTrader"),
    Withdrawal.RETURNING: noop("MetaTrader"),
}


def todo_of(user: Any, now: datetime) -> Q:
    """Return what waits for this user: they may act on it, and had no hand in it before."""
    waits, machines = Q(pk__in=()), hands.names_of(user.pk)
    for turn in TURNS:
        if not user.may(turn.permission):
            continue
        condition = turn.condition(user, machines)
        if turn.permission is APPROVE_WITHDRAWAL:  # a seat of the approval is theirs
            open_to = requests.ids_open_to(user, "accounts.withdrawal", now=now)
            condition &= Q(approval_id__in=open_to)
        waits |= condition
    return waits


def turn_of(payment: Payment) -> Turn | None:
    """Return the one turn at which a payment at hand stands, or None where nobody has one."""
    return next((turn for turn in IN_STATE.get(payment.state, ()) if turn.holds(payment)), None)


def waits_for(user: Any, payment: Payment) -> bool:
    """Say whether a payment at hand waits for this user: what `todo_of` asks of the database."""
    turn = turn_of(payment)
    return turn is not None and turn.is_for(payment, user)


def words_of(payment: Payment) -> str:
    """Return whom a payment waits for, untranslated."""
    turn = turn_of(payment)
    if turn is not None:
        return turn.words
    if payment.from_wallet and payment.state == Withdrawal.APPROVED:
        return noop("the books")
    return NOBODY.get(payment.state, "")

"""What could follow on a payment now, and for each act why this person may not do it, if so."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.calc import checks
from accounts.calc.checks import Answer
from accounts.models import Payment
from accounts.models.wording import worded
from accounts.permissions import (
    APPROVE_RED,
    APPROVE_WITHDRAWAL,
    CONFIRM_PAYOUT,
    RECORD_HANDOVER,
    REQUEST_WITHDRAWAL,
    RETURN_PAYOUT,
    SEND_PAYOUT,
)
from accounts.states import CHECK_LABELS, UNDECIDED, WITHDRAWAL, Withdrawal
from backoffice.core import access
from backoffice.machines.queries import hands
from trading.permissions import SETTLE_OPERATIONS
from trading.queries.settlements import SettlementView

#: An address is screened before anything is sent there.
SCREENED_IN = (*UNDECIDED, Withdrawal.APPROVED, Withdrawal.DEBITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One button: the verb, whether the payment's state calls for it, why it is shut ("": open).

    `is_yours`: whether this person's roles reach it at all; what they do not is not drawn.
    """

    verb: str
    why_not: str
    is_offered: bool
    is_yours: bool = True

    @property
    def is_open(self) -> bool:
        """Whether the button can be pressed."""
        return not self.why_not

    @property
    def is_drawn(self) -> bool:
        """Whether the button stands on this person's page, open or shut."""
        return self.is_offered and self.is_yours


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a payment stands beside its state: what its operations and its proposals are up to.

    `objection`: what the approval's guard has against this person's vote, in words.
    """

    is_manual: bool = False
    proposal: SettlementView | None = None
    return_is_over: bool = False
    objection: str = ""


def acts_for(
    user: Any, payment: Payment, answers: tuple[Answer, ...], stand: Stand
) -> dict[str, Act]:
    """Return every button with the reason why it is shut, if it is."""
    reach = _Reach(user, payment)
    return {
        verb: _act(verb, payment, stand, reach, why_not=why_not)
        for verb, why_not in _objections(user, payment, answers, stand).items()
    }


#: verb → any of these rights.
RIGHTS: dict[str, tuple[object, ...]] = {
    "approve": (APPROVE_WITHDRAWAL,),
    "reject": (APPROVE_WITHDRAWAL,),
    "ask_client": (APPROVE_WITHDRAWAL,),
    "supply": (REQUEST_WITHDRAWAL, APPROVE_WITHDRAWAL),
    "cancel": (REQUEST_WITHDRAWAL,),
    "send": (SEND_PAYOUT,),
    "confirm": (CONFIRM_PAYOUT,),
    "screen": (RECORD_HANDOVER,),
    "ask_return": (SEND_PAYOUT, RETURN_PAYOUT),
    "drop_return": (SEND_PAYOUT, RETURN_PAYOUT),
    "return": (RETURN_PAYOUT,),
    "retry_return": (RETURN_PAYOUT,),
    "settle": (SETTLE_OPERATIONS,),
    "settle_confirm": (SETTLE_OPERATIONS,),
    "settle_decline": (SETTLE_OPERATIONS,),
}


class _Reach:
    """Which rights of a person reach a payment; each right is asked for once."""

    def __init__(self, user: Any, payment: Payment) -> None:
        self.user = user
        self.payment = Payment.objects.filter(pk=payment.pk)
        self.known: dict[object, bool] = {}

    def has_any(self, permissions: tuple[object, ...]) -> bool:
        """Return whether one of these rights reaches it."""
        return any(self._has(permission) for permission in permissions)

    def _has(self, permission: object) -> bool:
        if permission not in self.known:
            self.known[permission] = bool(
                self.user.may(permission)
                and access.restrict(self.payment, self.user, permission).exists()
            )
        return self.known[permission]


def _act(verb: str, payment: Payment, stand: Stand, reach: _Reach, *, why_not: str) -> Act:
    if not _is_offered(verb, payment, stand):
        told = {"state": payment.get_state_display()}
        return Act(verb=verb, why_not=_("Not possible: it is %(state)s.") % told, is_offered=False)
    if not reach.has_any(RIGHTS[verb]):
        why_not = _("Your role does not allow it.")
        return Act(verb=verb, why_not=why_not, is_offered=True, is_yours=False)
    return Act(verb=verb, why_not=why_not, is_offered=True)


def _is_offered(verb: str, payment: Payment, stand: Stand) -> bool:
    """Say whether the verb can follow on where the payment stands."""
    state = Withdrawal(payment.state)
    can_return = (state, "return") in WITHDRAWAL.moves
    match verb:
        case "screen":
            return payment.method.is_crypto and state in SCREENED_IN
        case "ask_return":
            return can_return and not payment.return_asked_by
        case "drop_return" | "return":
            return can_return and bool(payment.return_asked_by)
        case "retry_return":
            return state is Withdrawal.RETURNING and stand.return_is_over
        case "settle":
            return stand.is_manual and stand.proposal is None
        case "settle_confirm" | "settle_decline":
            return stand.is_manual and stand.proposal is not None
    return (state, verb) in WITHDRAWAL.moves


def _objections(
    user: Any, payment: Payment, answers: tuple[Answer, ...], stand: Stand
) -> dict[str, str]:
    """Return verb → what stands against it for somebody who holds the right; "" for nothing."""
    me = str(user.actor)
    four = _("Four eyes: you had a hand in it already.")
    asked = four if hands.is_of(user, payment.requested_by) else ""
    sent = asked or (four if payment.sent_by == me else "")
    agreed = me in (payment.approved_by, payment.sent_by, payment.return_asked_by)
    proposed = stand.proposal is not None and stand.proposal.proposed_by == me
    returns = _("Its return is asked for: confirm that, or drop it first.")
    waits = returns if payment.return_asked_by else ""
    return {
        "approve": asked or stand.objection or shut(user, answers),
        "reject": asked or (stand.objection if payment.state in UNDECIDED else ""),
        "ask_client": "",
        "supply": "",
        "cancel": "",
        "send": asked or waits,
        "confirm": sent or waits,
        "screen": asked,
        "ask_return": "",
        "drop_return": "",
        "return": asked or (four if agreed else ""),
        "retry_return": "",
        "settle": asked,
        "settle_confirm": four if asked or proposed else "",
        "settle_decline": "",
    }


def shut(user: Any, answers: tuple[Answer, ...]) -> str:
    """Return the checks past which this person may not approve, in words; "" when there is none."""
    stopped = checks.blocking(answers)
    if not stopped and not user.may(APPROVE_RED):
        stopped = checks.needs_override(answers)
    return "; ".join(
        f"{_(CHECK_LABELS[one.number])}: {worded(one.sentence, one.facts)}" for one in stopped
    )

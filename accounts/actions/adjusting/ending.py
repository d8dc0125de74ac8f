"""Credits that end: what is left of one is taken out by the system, once; a withdrawal may burn it.

A server may take a credit out by itself at its value date. It is asked right before ours is planned
and again before it is sent, so that nothing is taken twice.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import chart, results
from accounts.actions.adjusting import carrying, checking, serverside, steps
from accounts.calc.checks import limits_of
from accounts.events import AdjustmentApproved
from accounts.models import Adjustment, Payment
from accounts.queries.adjusting import rows, targets
from accounts.terms.adjustments import BY_RULE, UNMOVED, AdjustmentKind, Cause
from accounts.terms.adjustments import Adjustment as State
from backoffice.company.queries.policies import policy_in_force
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question

#: So long after its end the server may still take it itself.
GRACE = timedelta(minutes=2)
#: After MetaTrader refused, it is tried again then; until that it is shown as overdue.
AGAIN = timedelta(hours=1)
POLICY = "withdrawal-checks"
NOTHING = Decimal(0)
#: Every withdrawal asks.
PAYMENT = Question(lambda number: Payment.objects.filter(pk=number), int)


def end_credit(*, credit_id: int, actor: Actor, now: datetime) -> None:
    """Take out what is left of a credit whose time is over; nothing happens to any other.

    Never more than MetaTrader and the books have as credit of the account. Raises Later while
    MetaTrader does not answer. Call it with no transaction open.
    """
    credit = Adjustment.objects.get(pk=credit_id)
    if not _is_over(credit, now):
        return
    is_taken = serverside.took(credit, now=now)
    with transaction.atomic():
        chart.lock_money(credit.account_id)  # before the row: whoever asks takes them in this order
        credit = steps.locked(credit_id)
        if credit.ended_at is not None or _is_going(credit, now):
            return
        if is_taken:
            serverside.note_end(
                credit, _("the server took it at its value date"), actor=actor, now=now
            )
            return
        _take(credit, Cause.ENDED, actor=actor, now=now)


@transaction.atomic
def burn_credits(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Take out every credit of the account that a withdrawal left, where the policy says so."""
    payment = PAYMENT.one(payment_id)
    policy = policy_in_force(POLICY, at=now, legal_entity_id=payment.legal_entity_id)
    if policy is None or not limits_of(policy.value).burn_credit:
        return
    chart.lock_money(payment.account_id)
    for credit_id in rows.credits_running(payment.account_id):
        credit = steps.locked(credit_id)
        if credit.ended_at is None and not _is_going(credit, now):
            _take(credit, Cause.BURNT, actor=actor, now=now)


def _take(credit: Adjustment, cause: Cause, *, actor: Actor, now: datetime) -> None:
    """Plan the credit out of what is left of a locked credit, or note that nothing is."""
    stand = results.caught_up(account_id=credit.account_id, actor=actor, now=now)
    rest = min(targets.left_of(credit), checking.takeable(stand))
    if rest <= NOTHING:
        if not targets.is_being_taken(credit):
            serverside.note_end(credit, _("nothing was left of it"), actor=actor, now=now)
        return
    adjustment = Adjustment(
        key=uuid5(credit.key, f"{cause}:{_tries(credit)}"),
        kind=AdjustmentKind.CREDIT_OUT,
        legal_entity_id=credit.legal_entity_id,
        client_id=credit.client_id,
        account_id=credit.account_id,
        owner_id=credit.owner_id,
        desk_id=credit.desk_id,
        source=credit.source,
        amount=-rest,
        currency=credit.currency,
        cause=cause,
        reason=_("What is left of %(credit)s") % {"credit": credit},
        credit=credit,
        state=State.APPROVED,
        requested_by=str(actor),
        requested_at=now,
        approved_at=now,
        next_try_at=now,
    )
    steps.add(adjustment)
    carrying.plan(adjustment, actor=actor, now=now)
    event = AdjustmentApproved(**steps.told(adjustment))
    steps.emit(adjustment, event, actor=actor, now=now)


def _is_over(credit: Adjustment, now: datetime) -> bool:
    if credit.kind != AdjustmentKind.CREDIT_IN or credit.state != State.DONE:
        return False
    return credit.ended_at is None and credit.ends_at is not None and credit.ends_at + GRACE <= now


def _is_going(credit: Adjustment, now: datetime) -> bool:
    """Say whether a rule takes it already, or tried to a short while ago and was refused."""
    tried = Adjustment.objects.filter(credit=credit, cause__in=BY_RULE)
    if tried.exclude(state__in=UNMOVED).exists():
        return True
    return tried.filter(closed_at__gt=now - AGAIN).exists()


def _tries(credit: Adjustment) -> int:
    return Adjustment.objects.filter(credit=credit, cause__in=BY_RULE).count()

"""The promise of a withdrawal: until when it is paid, and when staff are told that time runs.

The clock stands still while the client has to give something; the notices move with it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.actions import steps
from accounts.calc import due
from accounts.calc.method_rules import Terms
from accounts.events import PromiseRuns
from accounts.models import Payment
from accounts.queries.ways import in_force as looking
from accounts.states import FINAL, Direction, Withdrawal
from backoffice.core.actors import Actor


def begin(payment: Payment, terms: Terms, timezone: str) -> None:
    """Set until when a new request is to be paid, and the first notice; the caller saves."""
    hours = terms.decide_hours + terms.pay_hours
    payment.due_at = due.due_in(payment.requested_at, hours=hours, timezone=timezone)
    if terms.notices:
        payment.next_notice_at = payment.requested_at + timedelta(hours=terms.notices[0])


@transaction.atomic
def tell_staff(*, payment_id: int, actor: Actor, now: datetime) -> None:
    """Tell staff once that a mark of the promise has passed; of several at once, the latest."""
    payment = steps.locked(payment_id)
    moment, state = payment.next_notice_at, Withdrawal(payment.state)
    if moment is None or moment > now or state in (*FINAL, Withdrawal.WAITING_CLIENT):
        return
    asked, country = payment.requested_at, payment.client.country
    marks = looking.terms_of(payment.method, country, Direction.OUT, at=asked).notices
    passed = moment
    while moment is not None and moment <= now:
        passed = moment
        here, *ahead = marks[payment.notices : payment.notices + 2] or (0,)
        payment.notices += 1
        moment = moment + timedelta(hours=ahead[0] - here) if ahead else None
    payment.next_notice_at = moment
    payment.save(update_fields=["notices", "next_notice_at"])
    # Since it was asked for: with what the client took, by which the marks have moved.
    hours = round((passed - asked) / timedelta(hours=1))
    steps.emit(payment, PromiseRuns(payment_id=payment.pk, hours=hours), actor=actor, now=now)

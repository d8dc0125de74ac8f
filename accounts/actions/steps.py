"""Steps that every act on a payment takes: lock it, see who acts, keep the evidence, tell of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.calc.checks import Answer
from accounts.ledger import book
from accounts.models import Entry, Payment, PaymentOperation
from accounts.models.wording import worded
from accounts.states import CHECK_LABELS, WITHDRAWAL, Leg, Occasion, Withdrawal
from backoffice.approvals.actions import refusals
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.core import access, compiled, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people
from backoffice.machines.queries import hands
from trading.actions import balance, verdicts
from trading.queries import operations
from trading.queries.operations import OperationView
from trading.terms import BalanceKind

LOCKED = Question(
    lambda number: locks.rows(
        Payment.objects.select_related("reservation", "method").filter(pk=number)
    ),
    int,
)


NEWEST = Question(
    lambda number, leg: PaymentOperation.objects.filter(payment_id=number, leg=leg).order_by("-id")[
        :1
    ],
    int,
    str,
)

#: All answers of a run as one value: as rows of places they cost several times as much to send.
KEEP = """
INSERT INTO accounts_paymentcheck
    (payment_id, run, occasion, number, verdict, sentence, facts, figures_at, checked_at)
SELECT %(payment)s, %(run)s, %(occasion)s, one.number, one.verdict, one.sentence, one.facts,
       one.figures_at, %(now)s
FROM json_to_recordset(%(answers)s::json)
     AS one (number smallint, verdict text, sentence text, facts jsonb, figures_at timestamptz)
"""


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the payment is out of their reach."""


class NoReason(Rejected):
    """A no needs a reason."""


class NotPossible(Conflict):
    """Nothing like this can follow on the state that the payment is in."""


class BeingSent(Conflict):
    """It is on its way to MetaTrader: nothing can be taken back before that is settled."""


def locked(payment_id: int) -> Payment:
    """Return the payment, its row locked."""
    return LOCKED.one(payment_id)


def require_right(actor: Actor, permission: object, payment: Payment) -> None:
    """Raise NotAllowed unless the actor's right reaches this payment."""
    if not has_right(actor, permission, payment):
        raise NotAllowed(_("You may not do this with this payment."))


def require_any_right(actor: Actor, permissions: Iterable[object], payment: Payment) -> None:
    """Raise NotAllowed unless one of these rights of the actor reaches this payment."""
    if not any(has_right(actor, permission, payment) for permission in permissions):
        raise NotAllowed(_("You may not do this with this payment."))


def has_right(actor: Actor, permission: object, payment: Payment) -> bool:
    """Say whether the actor is active staff, or a machine, whose right reaches the payment now."""
    user = people.find_acting(actor)
    if user is None:
        return False
    return access.reaches(payment, user, permission)


def require_another(actor: Actor, *others: str) -> None:
    """Raise SamePerson when the actor, or an integration of theirs, had a hand in it before."""
    if not hands.is_another(actor, others):
        raise SamePerson(_("Four eyes: somebody else has to do this."))


def require_reason(reason: str) -> str:
    """Return the reason without its ends; NoReason when nothing is left."""
    if not reason.strip():
        raise NoReason(_("Say why."))
    return reason.strip()[:300]


def move(payment: Payment, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    payment.state = require_verb(payment, verb)


def require_verb(payment: Payment, verb: str) -> Withdrawal:
    """Return the state that a verb would lead to; NotPossible when the table does not allow it."""
    try:
        return WITHDRAWAL.after(payment.state, verb)
    except IllegalMove as error:
        sentence = _("Withdrawal %(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": payment, "state": payment.get_state_display()}
        raise NotPossible(sentence % told) from error


def money_of(payment: Payment) -> dict[str, Any]:
    """Return the fields by which an event says which payment it is about, and how much."""
    amount = rounded(payment.amount, payment.currency)
    return {"payment_id": payment.pk, "amount": amount, "currency": payment.currency}


def emit(payment: Payment, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a payment: to its own log, its client's, its account's."""
    subjects: list[tuple[str, int | str]] = [
        ("payment", payment.pk),
        ("client", payment.client_id),
        ("account", payment.account_id),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def count_checks(payment: Payment) -> None:
    """Number a new run of the checks; the caller saves `latest_run` with the payment."""
    payment.latest_run += 1


def keep_checks(
    payment: Payment, occasion: Occasion, answers: Iterable[Answer], now: datetime
) -> None:
    """Keep the newest run of the checks as evidence."""
    said = [
        {
            "number": one.number,
            "verdict": str(one.verdict),
            "sentence": one.sentence,
            "facts": one.facts,
            "figures_at": one.figures_at,
        }
        for one in answers
    ]
    run = {
        "payment": payment.pk,
        "run": payment.latest_run,
        "occasion": str(occasion),
        "answers": orjson.dumps(said).decode(),
        "now": now,
    }
    compiled.tell(KEEP, run)


def release(payment: Payment, *, actor: Actor, now: datetime) -> Entry:
    """Release the hold unused."""
    return book.void(act=act_of(payment, "void", actor, now), reservation=payment.reservation)


def close_refused(payment: Payment, reason: str, *, actor: Actor, now: datetime) -> None:
    """Close it as REFUSED and release the hold; the caller tells of it."""
    move(payment, "refuse")
    payment.refused_because, payment.closed_at = reason[:300], now
    payment.next_try_at, payment.waits_because = None, ""
    clear_doubt(payment)
    release(payment, actor=actor, now=now)
    payment.save()


def stop_waiting(payment: Payment, now: datetime) -> None:
    """End the wait for the client, where one stands: what it took is added to the time left."""
    if payment.waiting_since is not None:
        payment.due_at += now - payment.waiting_since
        if payment.next_notice_at is not None:
            payment.next_notice_at += now - payment.waiting_since
        payment.waiting_since = None


def clear_doubt(payment: Payment) -> None:
    """Forget that a leg was uncertain, now that it is not any more."""
    payment.uncertain_leg, payment.uncertain_since, payment.uncertain_words = "", None, ""
    payment.needs_person, payment.settling_by = False, ""


def words_of(answer: Answer) -> str:
    """Return what a check says, with its name."""
    return f"{_(CHECK_LABELS[answer.number])}: {worded(answer.sentence, answer.facts)}"


def act_of(payment: Payment, what: str, actor: Actor, now: datetime) -> book.Act:
    """Return what an entry about this payment tells of itself; each happens once."""
    reference = f"payment:{payment.pk}"
    return chart.act_of(
        f"{reference}:{what}", purpose="withdrawal", reference=reference, actor=actor, now=now
    )


def is_newest(link: PaymentOperation) -> bool:
    """Say whether no later operation of the same leg was planned."""
    later = PaymentOperation.objects.filter(payment=link.payment_id, leg=link.leg, pk__gt=link.pk)
    return not later.exists()


def operation_of(payment: Payment, leg: Leg) -> OperationView | None:
    """Return the newest operation of a leg that is not over, or None."""
    link = NEWEST.first(payment.pk, leg)
    known = operations.get_operation(link.key) if link is not None else None
    return known if known is not None and known.state not in operations.OVER else None


def plan(payment: Payment, leg: Leg, *, actor: Actor, now: datetime) -> int:
    """Plan a new operation for a leg, under a key of its own; return its number."""
    key, amount = uuid4(), rounded(payment.amount, payment.currency)
    operation = balance.plan_operation(
        key=key,
        account_id=payment.account_id,
        kind=BalanceKind.BALANCE,
        amount=-amount if leg is Leg.DEBIT else amount,
        actor=actor,
        now=now,
    )
    # A debit is planned by a complete approval only: the row's own trigger carries that out.
    with refusals.spoken():
        compiled.add(
            PaymentOperation(
                payment=payment, leg=leg, key=key, operation_id=operation.pk, planned_at=now
            )
        )
    return operation.pk


def give_up_debit(payment: Payment, words: str, *, actor: Actor, now: datetime) -> None:
    """Make sure that no debit of this payment can leave any more; BeingSent when one may have."""
    operation = operation_of(payment, Leg.DEBIT)
    if operation is None:
        return
    number = operation.operation_id
    try:
        verdicts.abandoned(operation_id=number, words=words, actor=actor, now=now)
    except IllegalMove as error:
        raise BeingSent(_("It is on its way to MetaTrader: wait until that is settled.")) from error

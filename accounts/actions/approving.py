"""A withdrawal's approval on the house's engine: asked for, voted on, void, asked for again.

The payment holds its live request. PostgreSQL lets it become APPROVED by a complete approval of
exactly this payment only, and lets a debit be planned only while that still stands.
"""

from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.actions import steps
from accounts.calc.checks import Answer
from accounts.calc.picture import Picture
from accounts.events import WithdrawalApprovalVoided
from accounts.models import Payment
from accounts.permissions import APPROVE_WITHDRAWAL, REQUEST_WITHDRAWAL, SEE_PAYMENTS
from accounts.queries import checks as looking
from accounts.states import Withdrawal
from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing, voting
from backoffice.approvals.actions.refusals import NotYours
from backoffice.approvals.states import LIVE, Standing, Verdict
from backoffice.approvals.terms import Ballot, Kind, Payload, Wish, Words
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.money import rounded
from backoffice.core.words import noop
from crm.queries import known
from trading.queries import money

KIND = "accounts.withdrawal"
#: A request that counts for something still.
STANDING = (*LIVE, Standing.EXECUTED)


def ask(
    payment: Payment,
    answers: tuple[Answer, ...],
    *,
    origin: Origin = NOWHERE,
    now: datetime,
) -> None:
    """Ask for the payment's approval in the name of who asked for the payment: one statement.

    The caller saves the payment, which names the request.
    """
    picture = looking.picture_of(payment, answers)
    wish = Wish(
        key=uuid4(),
        kind=KIND,
        subject=("payment", payment.pk),
        payload=picture.payload,
        reason=payment.note,
        client_id=payment.client_id,
        amount=rounded(payment.amount, payment.currency),
        currency=payment.currency,
        binds=picture.fingerprint,
        picture=picture.kept(),
    )
    asker = Actor.parse(payment.requested_by)
    request = asking.open_request(wish=wish, actor=asker, origin=origin, now=now)
    payment.approval_id = request.pk


def agree(
    payment: Payment,
    picture: Picture,
    *,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> bool:
    """Cast a yes to what the page showed: one statement. Return whether everybody agreed by it.

    Raises SamePerson, NotAllowed without right or seat. One yes of several is told here; the last
    one by the caller's own event.
    """
    vote = voting.cast(
        request_id=payment.approval_id,
        verdict=Verdict.AGREE,
        ballot=Ballot(
            payload_digest=asking.payload_digest(picture.payload),
            facts=picture.fingerprint,
            picture=picture.kept(),
        ),
        for_user_id=_stands_in_for(payment, actor, now),
        actor=actor,
        origin=origin,
        now=now,
    )
    if not vote.completes:
        steps.emit(payment, voting.told_of(vote, KIND), actor=actor, now=now)
    return bool(vote.completes)


def refuse(
    payment: Payment, reason: str, *, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> None:
    """Cast a no, which closes the request; after the last yes it makes the approval void."""
    request = closing.locked(payment.approval_id)
    if request.state != Standing.WAITING:
        steps.require_right(actor, APPROVE_WITHDRAWAL, payment)
        closing.close_quietly(request, "void", reason, actor=actor, now=now)
        return
    voting.cast(
        request_id=request.pk,
        verdict=Verdict.REFUSE,
        ballot=Ballot(payload_digest=request.payload_digest, facts=request.facts, reason=reason),
        for_user_id=_stands_in_for(payment, actor, now),
        actor=actor,
        origin=origin,
        now=now,
    )


def withdraw(payment: Payment, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let the request, or what was agreed to, not count any more; the caller's event tells."""
    request = closing.locked(payment.approval_id)
    is_askers = request.state == Standing.WAITING and request.asked_by == str(actor)
    if request.state in STANDING:
        verb = "cancel" if is_askers else "void"
        closing.close_quietly(request, verb, reason, actor=actor, now=now)


def ask_again(payment: Payment, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let every vote so far count no more, given or complete, and ask anew: its page says why.

    For a locked payment that is asked for or approved; BeingSent while its debit may be on its way.
    Whoever asked stays bound: neither their session nor their device votes on the new request.
    """
    if payment.state == Withdrawal.APPROVED:
        steps.give_up_debit(payment, reason, actor=actor, now=now)
        steps.move(payment, "void_approval")
        payment.approved_by, payment.approved_at = "", None
        payment.next_try_at, payment.waits_because = None, ""
    before = closing.locked(payment.approval_id)
    if before.state in STANDING:
        closing.close_quietly(before, "void", reason, actor=actor, now=now)
    origin = Origin(before.asked_session, before.asked_device)
    answers = looking.look(looking.asked_by(payment), now=now).answers
    ask(payment, answers, origin=origin, now=now)
    payment.save()
    event = WithdrawalApprovalVoided(payment_id=payment.pk, reason=reason)
    steps.emit(payment, event, actor=actor, now=now)


def describe(payload: Payload) -> Words:
    """Tell a withdrawal in words."""
    client = known.get_client(int(payload["client"]))
    account = money.account_money(int(payload["account"]))
    fee = str(payload.get("fee", ""))
    wallet = _("wallet %(currency)s") % {"currency": payload["currency"]}
    return [
        (_("Withdrawal"), f"#{payload['payment']}"),
        (_("Amount"), f"{payload['amount']} {payload['currency']}"),
        (_("Client"), client.full_name if client is not None else str(payload["client"])),
        (_("Account"), str(account.login) if account is not None else str(payload["account"])),
        *([(_("Out of"), wallet)] if payload.get("wallet") == "yes" else []),
        *([(_("Our fee"), f"{fee} {payload['currency']}")] if fee else []),
        (_("To"), str(payload["holder"])),
    ]


def register() -> None:
    """Make the kind known; the payment's own page shows it, and execution.py carries it out."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Withdrawal"),
            asks=REQUEST_WITHDRAWAL,
            decides=APPROVE_WITHDRAWAL,
            sees=SEE_PAYMENTS,
            describe=describe,
            in_reach=known.requests_in_reach,
            page="accounts:payment-detail",
            has_amount=True,
        )
    )


def _stands_in_for(payment: Payment, actor: Actor, now: datetime) -> int | None:
    """Return whom the actor votes for when their own right does not reach the payment."""
    try:
        return voting.for_whom(
            actor, lambda one: steps.has_right(one, APPROVE_WITHDRAWAL, payment), now=now
        )
    except NotYours as error:
        raise steps.NotAllowed(_("You may not do this with this payment.")) from error

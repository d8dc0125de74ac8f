"""A deposit that a rule stopped, on the house's engine: asked for by who began it, then decided.

Agreed to by another, it is credited; turned down, it goes back. PostgreSQL lets it be planned for
MetaTrader by a complete approval of exactly this money only.
"""

from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.actions.deposits import steps
from accounts.events import DepositInReview
from accounts.models import Deposit
from accounts.permissions import DECIDE_DEPOSIT, SEE_PAYMENTS, START_DEPOSIT
from accounts.queries import deposit_review
from accounts.queries.deposit_review import KIND
from accounts.terms import REVIEW_LABELS, Review
from accounts.terms import Deposit as State
from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing, refusals, voting
from backoffice.approvals.actions.refusals import NotYours
from backoffice.approvals.states import LIVE, Standing, Verdict
from backoffice.approvals.terms import Ballot, Kind, Payload, Wish, Words
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.money import rounded
from backoffice.core.words import noop
from crm.queries import known
from trading.queries import money


def send_to_review(
    deposit: Deposit, code: Review, words: str, *, actor: Actor, now: datetime
) -> None:
    """Stop it for a person, wherever it stands; an approval given before counts no more.

    The caller has made sure that nothing of it can be on its way to MetaTrader.
    """
    if deposit.state != State.IN_REVIEW:
        steps.move(deposit, "review")
    void(deposit, f"{_(REVIEW_LABELS[code])} {words}".strip(), actor=actor, now=now)
    deposit.review_code, deposit.review_words = code, words[:300]
    deposit.accepted_by, deposit.accepted_at, deposit.accept_reason = "", None, ""
    deposit.next_try_at, deposit.waits_because = None, ""
    steps.clear_doubt(deposit)
    _ask(deposit, now=now)
    deposit.save()
    event = DepositInReview(deposit_id=deposit.pk, code=str(code), words=deposit.review_words)
    steps.emit(deposit, event, actor=actor, now=now)


def agree(
    deposit: Deposit,
    seen: str,
    reason: str,
    *,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> bool:
    """Cast a yes to what the page showed; return whether everybody agreed by it.

    Raises LookAgain, SamePerson, NotAllowed without right or seat. One yes of several is told here;
    the last one by the caller's own event.
    """
    if seen != deposit_review.seen_of(deposit):
        raise refusals.LookAgain(_("What this hangs on changed meanwhile: look again."))
    vote = voting.cast(
        request_id=deposit.approval_id or 0,
        verdict=Verdict.AGREE,
        ballot=_ballot(deposit, reason),
        for_user_id=_stands_in_for(deposit, actor, now),
        actor=actor,
        origin=origin,
        now=now,
    )
    if not vote.completes:
        steps.emit(deposit, voting.told_of(vote, KIND), actor=actor, now=now)
    return bool(vote.completes)


def refuse(
    deposit: Deposit, reason: str, *, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> None:
    """Cast a no, which closes the request; after the last yes it makes the approval void."""
    request = closing.locked(deposit.approval_id or 0)
    if request.state != Standing.WAITING:
        steps.require_right(actor, DECIDE_DEPOSIT, deposit)
        void(deposit, reason, actor=actor, now=now)
        return
    voting.cast(
        request_id=request.pk,
        verdict=Verdict.REFUSE,
        ballot=_ballot(deposit, reason),
        for_user_id=_stands_in_for(deposit, actor, now),
        actor=actor,
        origin=origin,
        now=now,
    )


def void(deposit: Deposit, reason: str, *, actor: Actor, now: datetime) -> None:
    """Let what was asked for or agreed to not count any more; the caller's event tells."""
    if deposit.approval_id is None:
        return
    request = closing.locked(deposit.approval_id)
    if request.state in (*LIVE, Standing.EXECUTED):
        closing.close_quietly(request, "void", reason, actor=actor, now=now)


def facts(payload: Payload) -> Payload:
    """Return what the crediting hangs on, as it is now."""
    return deposit_review.facts_of(Deposit.objects.get(pk=int(payload["deposit"])))


def describe(payload: Payload) -> Words:
    """Tell a deposit in words."""
    client = known.get_client(int(payload["client"]))
    account = money.account_money(int(payload["account"]))
    return [
        (_("Deposit"), f"D{payload['deposit']}"),
        (_("Amount"), f"{payload['amount']} {payload['currency']}"),
        (_("Client"), client.full_name if client is not None else str(payload["client"])),
        (_("Account"), str(account.login) if account is not None else str(payload["account"])),
    ]


def register() -> None:
    """Make the kind known; the deposit's own page shows it, and crediting.py carries it out."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Deposit in review"),
            asks=START_DEPOSIT,
            decides=DECIDE_DEPOSIT,
            sees=SEE_PAYMENTS,
            describe=describe,
            facts=facts,
            in_reach=known.requests_in_reach,
            page="accounts:deposit-detail",
            has_amount=True,
        )
    )


def _ask(deposit: Deposit, *, now: datetime) -> None:
    """Ask in the name of who began it, from where they began it; the caller saves the deposit."""
    wish = Wish(
        key=uuid4(),
        kind=KIND,
        subject=("deposit", deposit.pk),
        payload=deposit_review.payload_of(deposit),
        reason=_(REVIEW_LABELS[Review(deposit.review_code)]),
        client_id=deposit.client_id,
        amount=rounded(deposit.amount, deposit.received_currency),
        currency=deposit.received_currency,
        binds=deposit_review.facts_text(deposit),
    )
    request = asking.open_request(
        wish=wish,
        actor=Actor.parse(deposit.started_by),
        origin=Origin(deposit.started_session, deposit.started_device),
        now=now,
    )
    deposit.approval_id = request.pk


def _ballot(deposit: Deposit, reason: str) -> Ballot:
    return Ballot(
        payload_digest=asking.payload_digest(deposit_review.payload_of(deposit)),
        facts=deposit_review.facts_text(deposit),
        reason=reason,
    )


def _stands_in_for(deposit: Deposit, actor: Actor, now: datetime) -> int | None:
    """Return whom the actor votes for when their own right does not reach the deposit."""
    try:
        return voting.for_whom(
            actor, lambda one: steps.has_right(one, DECIDE_DEPOSIT, deposit), now=now
        )
    except NotYours as error:
        raise steps.NotAllowed(_("You may not do this with this deposit.")) from error

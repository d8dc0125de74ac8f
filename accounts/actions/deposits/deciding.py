"""A person decides about a deposit that a rule stopped: let it pass, send it back, no such money.

Always somebody else than who began it; PostgreSQL says so too. Whether money passes or goes back is
decided on the house's engine (approving.py); that none will come moves nothing, and is said here.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import approving, steps
from accounts.actions.ways import on_chain
from accounts.events import DepositAccepted, DepositRejected, DepositReturning
from accounts.models import Deposit
from accounts.permissions import DECIDE_DEPOSIT
from accounts.queries import deposit_review
from accounts.queries.bank.rows import binders_of
from accounts.queries.ways.moves import recorders_of
from accounts.terms import Deposit as State
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.states import IllegalMove
from trading.actions import verdicts


@transaction.atomic
def accept_deposit(
    *,
    deposit_id: int,
    reason: str,
    seen: str,
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> Deposit:
    """Let a deposit in review pass: it is credited next, with what came and not what was asked.

    `seen` is the mark of what the page showed. Where the policy asks for several people, it stays
    in review until the last of them. Raises SamePerson, NotAllowed, NotPossible, NoReason,
    LookAgain.
    """
    words = steps.require_reason(reason)
    deposit = steps.locked(deposit_id)
    _require_undecided(deposit)
    recorders = (*binders_of(deposit.pk), *recorders_of(deposit.pk))
    steps.require_another(actor, deposit.started_by, *recorders)
    _require_creditable(deposit)
    if not approving.agree(deposit, seen, words, actor=actor, origin=origin, now=now):
        return deposit
    deposit.accepted_by, deposit.accepted_at, deposit.accept_reason = str(actor), now, words
    deposit.next_try_at = now
    deposit.save()
    event = DepositAccepted(**steps.came(deposit), reason=words)
    steps.emit(deposit, event, actor=actor, now=now)
    return deposit


@transaction.atomic
def return_deposit(
    *, deposit_id: int, reason: str, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Deposit:
    """Send what came back to where it came from; nothing of it can reach MetaTrader afterwards."""
    words = steps.require_reason(reason)
    deposit = steps.locked(deposit_id)
    steps.move(deposit, "return")
    steps.require_another(actor, deposit.started_by)
    if steps.is_booked(deposit):
        raise steps.NotPossible(
            _("MetaTrader has a record of it, although it refused: settle that first.")
        )
    _give_up(deposit, words, actor, now)
    approving.refuse(deposit, words, actor=actor, origin=origin, now=now)
    deposit.returned_by, deposit.return_reason = str(actor), words
    deposit.next_try_at, deposit.waits_because = now, ""
    deposit.save()
    event = DepositReturning(**steps.came(deposit), reason=words)
    steps.emit(deposit, event, actor=actor, now=now)
    return deposit


@transaction.atomic
def reject_deposit(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> Deposit:
    """Say that there is no such money; what comes all the same is a new deposit, in review."""
    words = steps.require_reason(reason)
    deposit = steps.locked(deposit_id)
    steps.move(deposit, "reject")
    steps.require_another(actor, deposit.started_by)
    steps.require_right(actor, DECIDE_DEPOSIT, deposit)
    deposit.rejected_by, deposit.reject_reason = str(actor), words
    deposit.closed_at, deposit.next_try_at = now, None
    deposit.save()
    event = DepositRejected(deposit_id=deposit.pk, reason=words)
    steps.emit(deposit, event, actor=actor, now=now)
    return deposit


def _require_undecided(deposit: Deposit) -> None:
    if deposit.state != State.IN_REVIEW:
        sentence = _("Deposit %(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": deposit, "state": deposit.get_state_display()}
        raise steps.NotPossible(sentence % told)
    if deposit.accepted_by:
        raise steps.NotPossible(_("It is accepted already: MetaTrader is credited next."))


def _require_creditable(deposit: Deposit) -> None:
    if deposit.received_currency != deposit.currency:
        told = {"came": deposit.received_currency, "account": deposit.currency}
        sentence = _("%(came)s came for an account in %(account)s: it can only be sent back.")
        raise steps.NotPossible(sentence % told)
    if deposit.credit_amount is None or deposit.credit_amount <= 0:
        raise steps.NotPossible(_("Nothing is left after our fee: it can only be sent back."))
    if steps.is_booked(deposit):
        raise steps.NotPossible(
            _("MetaTrader has a record of it, although it refused: settle that first.")
        )
    on_chain.require_creditable(deposit)
    if not deposit_review.is_served(deposit):
        raise steps.NotPossible(_("Client or account take no money now."))


def _give_up(deposit: Deposit, words: str, actor: Actor, now: datetime) -> None:
    """Make sure that nothing of it can leave for MetaTrader any more; NotPossible when it may."""
    operation = steps.newest_operation(deposit)
    if operation is None:
        return
    number = operation.operation_id
    try:
        verdicts.abandoned(operation_id=number, words=words, actor=actor, now=now)
    except IllegalMove as error:
        sentence = _("It is on its way to MetaTrader: wait until that is settled.")
        raise steps.NotPossible(sentence) from error

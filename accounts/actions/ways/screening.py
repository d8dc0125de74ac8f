"""A person records what a screening found: about coins that came, or the address of a payout."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import steps as payment_steps
from accounts.actions.deposits import steps
from accounts.events import Screened
from accounts.models import ChainMove, Deposit, Payment
from accounts.permissions import RECORD_HANDOVER
from accounts.states import FINAL, Withdrawal
from accounts.terms import Deposit as State
from accounts.terms.chains import Screening
from backoffice.core.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, and the number of the search at whoever made it."""

    result: Screening
    case: str


@transaction.atomic
def screen_deposit(*, deposit_id: int, finding: Finding, actor: Actor, now: datetime) -> ChainMove:
    """Record what was found about the coins of a deposit in review: somebody else then decides.

    Raises NotAllowed, SamePerson, NotPossible, NoReason.
    """
    deposit = steps.locked(deposit_id)
    steps.require_right(actor, RECORD_HANDOVER, deposit)
    steps.require_another(actor, deposit.started_by)
    move = ChainMove.objects.filter(deposit=deposit).first()
    if move is None or deposit.state != State.IN_REVIEW or deposit.accepted_by:
        raise steps.NotPossible(_("No coins wait for a screening here, or it is decided already."))
    _screened(move, finding, actor, now)
    _tell(move, deposit=deposit, payment=None, actor=actor, now=now)
    return move


@transaction.atomic
def screen_payment(*, payment_id: int, finding: Finding, actor: Actor, now: datetime) -> ChainMove:
    """Record what was found about the address that a payout goes to, before it is sent.

    Raises NotAllowed, SamePerson, NotPossible, NoReason.
    """
    payment = payment_steps.locked(payment_id)
    payment_steps.require_right(actor, RECORD_HANDOVER, payment)
    payment_steps.require_another(actor, payment.requested_by)
    over = (*FINAL, Withdrawal.SENT)
    if not payment.method.is_crypto or payment.state in over:
        raise payment_steps.NotPossible(_("There is no address to screen, or it is sent already."))
    move = ChainMove.objects.filter(payment=payment).first() or ChainMove(
        payment=payment,
        network=payment.method.network,
        address=payment.requisite,
        needed=payment.method.confirmations,
    )
    move.address = payment.requisite
    _screened(move, finding, actor, now)
    _tell(move, deposit=None, payment=payment, actor=actor, now=now)
    return move


def _screened(move: ChainMove, finding: Finding, actor: Actor, now: datetime) -> None:
    move.screening = finding.result
    move.screening_case = steps.require_reason(finding.case)[:64]
    move.screened_by, move.screened_at = str(actor), now
    move.save()


def _tell(
    move: ChainMove,
    *,
    deposit: Deposit | None,
    payment: Payment | None,
    actor: Actor,
    now: datetime,
) -> None:
    event = Screened(
        deposit_id=None if deposit is None else deposit.pk,
        payment_id=None if payment is None else payment.pk,
        network=move.network,
        result=str(move.screening),
        case=move.screening_case,
    )
    if deposit is not None:
        steps.emit(deposit, event, actor=actor, now=now)
    if payment is not None:
        payment_steps.emit(payment, event, actor=actor, now=now)

"""What else a row can be: a fee, money that goes back, a payout of ours, a provider's to us."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import payouts
from accounts.actions import steps as payment_steps
from accounts.actions.bank import binding, steps
from accounts.actions.deposits import returning
from accounts.actions.deposits import steps as deposit_steps
from accounts.actions.settlement import comparing
from accounts.actions.settlement import steps as settlement_steps
from accounts.events import BankRowProposed, BankRowUsed
from accounts.models import BankRow, BankUse, Deposit, Payment, SettlementLine
from accounts.permissions import BIND_WIRES
from accounts.providers import bank_wire
from accounts.states import LedgerKind, MethodKind, Withdrawal
from accounts.terms import Deposit as State
from accounts.terms import Review, Use
from accounts.terms.settlement import LineKind
from backoffice.core.actors import Actor

NOTHING = Decimal(0)
#: What a payout row can belong to: it was handed to the bank.
HANDED_OVER = (Withdrawal.SENT, Withdrawal.PAID)


@transaction.atomic
def take_fee(*, row_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a row is the bank's own fee. Raises NotAllowed, NotPossible."""
    row = _free_row(row_id, actor, came_in=False)
    return _assigned(_use(row, Use.FEE, actor, now), LedgerKind.PROVIDER_FEES, actor, now)


@transaction.atomic
def propose_send_back(*, row_id: int, reason: str, actor: Actor, now: datetime) -> BankUse:
    """Propose that what came in goes back to its sender; a second person agrees (`agree_use`).

    Nothing is booked: it stays in suspense until the bank's row says that it went.
    """
    words = steps.require_reason(reason)
    row = _free_row(row_id, actor, came_in=True)
    use = _use(row, Use.SENT_BACK, actor, now)
    use.needs_second, use.reason = True, words
    use.save()
    event = BankRowProposed(**steps.told(row), use=str(use.kind), fee=NOTHING, reason=words)
    steps.emit(row, event, actor=actor, now=now)
    return use


@transaction.atomic
def settle_send_back(*, row_id: int, back_row_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a row that went out is the way back of one that came in: they settle each other."""
    first, second = sorted((row_id, back_row_id))
    for number in (first, second):  # always in this order
        steps.locked(number)
    row = _free_row(row_id, actor, came_in=False)
    back = steps.require_use(steps.locked(back_row_id))
    if back.kind != Use.SENT_BACK or back.waits_for_second:
        raise steps.NotPossible(_("Nobody agreed that this row goes back to its sender."))
    if back.row.account_id != row.account_id or back.row.amount != -row.amount:
        raise steps.NotPossible(_("It is another amount, or another bank account."))
    use = _use(row, Use.GONE_BACK, actor, now)
    use.settles = back
    use.save()
    return _told(use, actor, now)


def bind_to_payout(*, row_id: int, payment_id: int, actor: Actor, now: datetime) -> BankUse:
    """Bind a row to a payout, whichever way it went: out with the payout, or back in."""
    went_out = BankRow.objects.filter(pk=row_id, amount__lt=0).exists()
    bind = bind_payout if went_out else bind_payout_back
    return bind(row_id=row_id, payment_id=payment_id, actor=actor, now=now)


@transaction.atomic
def bind_payout(*, row_id: int, payment_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a row that went out is a payout: the evidence for whoever confirms it.

    Raises NotAllowed, NotPossible: the amount is the payout's to the cent, fees are rows apart.
    """
    row = _free_row(row_id, actor, came_in=False)
    payment = payment_steps.locked(payment_id)
    _require_payout(row, payment)
    if BankUse.objects.filter(payment=payment, kind=Use.PAYOUT, undone_at__isnull=True).exists():
        raise steps.NotPossible(_("The bank's row of this payout is bound already."))
    use = _use(row, Use.PAYOUT, actor, now)
    use.payment = payment
    return _clearing(use, payment.method_id, actor, now)


@transaction.atomic
def bind_payout_back(*, row_id: int, payment_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a payout of ours came back.

    One that nobody confirmed yet is returned the ordinary way, asked for here. One that was paid is
    over for good: what came back is a new deposit, in review. Raises NotAllowed, NotPossible.
    """
    row = _free_row(row_id, actor, came_in=True)
    payment = payment_steps.locked(payment_id)
    _require_payout(row, payment, exact=payment.state != Withdrawal.PAID)
    if payment.state == Withdrawal.PAID:
        use = binding.make(row, payment.account_id, Review.CAME_BACK, actor, now)
        use.payment = payment
        use.save(update_fields=["payment"])
        return use
    use = _use(row, Use.PAYOUT_BACK, actor, now)
    use.payment = payment
    if not payment.return_asked_by:
        words = _("It came back: row %(row)s of the bank (%(reason)s).")
        told = {"row": row, "reason": row.returns or row.text[:80] or "?"}
        payouts.ask_return(payment_id=payment.pk, reason=words % told, actor=actor, now=now)
    return _clearing(use, payment.method_id, actor, now)


@transaction.atomic
def bind_deposit_back(*, row_id: int, deposit_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a row that went out is a deposit's way back: it is sent back then.

    By somebody else than who decided it, as `record_return` has it. Raises NotAllowed, NotPossible.
    """
    row = _free_row(row_id, actor, came_in=False)
    deposit = deposit_steps.locked(deposit_id)
    _require_going_back(row, deposit)
    if deposit.state == State.RETURNING:
        returning.record_return(
            deposit_id=deposit.pk, reference=row.reference, actor=actor, now=now
        )
    use = _use(row, Use.DEPOSIT_BACK, actor, now)
    use.deposit = deposit
    return _clearing(use, deposit.method_id, actor, now)


@transaction.atomic
def bind_settlement(*, row_id: int, line_id: int, actor: Actor, now: datetime) -> BankUse:
    """Say that a row that came in is what a provider's settlement paid to us.

    It leaves the provider's clearing account. Raises NotAllowed, NotPossible: the amount is the
    line's to the cent, what the bank kept is a row apart.
    """
    row = _free_row(row_id, actor, came_in=True)
    line = SettlementLine.objects.select_related("method").filter(pk=line_id).first()
    is_ours = line is not None and line.method.legal_entity_id == row.account.legal_entity_id
    if line is None or not is_ours or line.kind != LineKind.PAYOUT:
        raise steps.NotPossible(_("This is no payout of a provider to this legal entity."))
    if (row.amount, row.currency) != (line.amount, line.currency):
        told = {"amount": f"{line.amount:.2f} {line.currency}"}
        raise steps.NotPossible(_("The provider paid %(amount)s: another amount came.") % told)
    settlement_steps.lock(line.method_id)
    if BankUse.objects.filter(settlement_line=line, undone_at__isnull=True).exists():
        raise steps.NotPossible(_("The bank's row of this payout is bound already."))
    use = _use(row, Use.SETTLEMENT, actor, now)
    use.settlement_line = line
    _clearing(use, line.method_id, actor, now)
    comparing.compare_method(
        method_id=line.method_id, references={line.reference}, actor=actor, now=now
    )
    return use


def _free_row(row_id: int, actor: Actor, *, came_in: bool) -> BankRow:
    row = steps.locked(row_id)
    steps.require_right(actor, BIND_WIRES, row.account)
    steps.require_free(row)
    steps.require_way(row, came_in=came_in)
    return row


def _require_payout(row: BankRow, payment: Payment, *, exact: bool = True) -> None:
    """Raise NotPossible when this row cannot be about this payout."""
    is_wire = payment.method.kind == MethodKind.BANK_WIRE
    if payment.legal_entity_id != row.account.legal_entity_id or not is_wire:
        raise steps.NotPossible(_("This is no payout by wire of this legal entity."))
    if payment.state not in HANDED_OVER:
        sentence = _("Payout %(payment)s is %(state)s: record first that it was sent.")
        told = {"payment": payment, "state": payment.get_state_display()}
        raise steps.NotPossible(sentence % told)
    moved, paid = (abs(row.amount), row.currency), (payment.payout, payment.currency)
    if exact and moved != paid:
        told = {"amount": f"{payment.payout:.2f} {payment.currency}"}
        raise steps.NotPossible(_("The payout is %(amount)s: another amount moved.") % told)


def _require_going_back(row: BankRow, deposit: Deposit) -> None:
    is_ours = deposit.legal_entity_id == row.account.legal_entity_id
    if not is_ours or deposit.method.provider != bank_wire.CODE:
        raise steps.NotPossible(_("This deposit came by no wire to this account."))
    if deposit.state not in (State.RETURNING, State.RETURNED):
        raise steps.NotPossible(_("Nobody decided that this deposit goes back."))
    if (-row.amount, row.currency) != (deposit.amount, deposit.received_currency):
        raise steps.NotPossible(_("The deposit is another amount than what went out."))
    if BankUse.objects.filter(
        deposit=deposit, kind=Use.DEPOSIT_BACK, undone_at__isnull=True
    ).exists():
        raise steps.NotPossible(_("The bank's row of this way back is bound already."))


def _use(row: BankRow, kind: Use, actor: Actor, now: datetime) -> BankUse:
    return BankUse(row=row, kind=kind, made_by=str(actor), made_at=now)


def _clearing(use: BankUse, method_id: int, actor: Actor, now: datetime) -> BankUse:
    return _assigned(use, LedgerKind.METHOD_CLEARING, actor, now, payment_method_id=method_id)


def _assigned(use: BankUse, target: LedgerKind, actor: Actor, now: datetime, **of: int) -> BankUse:
    use.save()
    steps.assign(use, target, actor=actor, now=now, **of)
    use.save(update_fields=["entry"])
    return _told(use, actor, now)


def _told(use: BankUse, actor: Actor, now: datetime) -> BankUse:
    event = BankRowUsed(**steps.told(use.row), use=str(use.kind))
    steps.emit(use.row, event, actor=actor, now=now, deposit=use.deposit_id, payment=use.payment_id)
    return use

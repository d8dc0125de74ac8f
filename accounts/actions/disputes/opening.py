"""A dispute until it is answered: suspected by a rule, cleared, opened by provider or staff.

While it is open the client's part is set aside. No withdrawal keeps a vote that was cast before.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions import approving
from accounts.actions import steps as payment_steps
from accounts.actions.disputes import steps
from accounts.calc.dispute_rules import rules_of
from accounts.events import DisputeOpened, DisputeSuspected
from accounts.models import Deposit, Dispute, Payment
from accounts.states import UNDECIDED, MethodKind, Withdrawal
from accounts.terms import Deposit as Incoming
from accounts.terms.disputes import DISPUTED, TAKEN
from accounts.terms.disputes import Dispute as State
from backoffice.company.queries.policies import policy_in_force
from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.core.money import is_exact

POLICY = "disputes"
#: Votes that a dispute makes void: nothing of these has left yet.
STANDING = (*UNDECIDED, Withdrawal.APPROVED)


class BadDispute(Rejected):
    """What is said of a dispute cannot be; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the provider, or staff in its name, says: how much is called back, why, until when."""

    deposit_id: int
    amount: Decimal
    reason_code: str
    answer_by: datetime
    reference: str = ""


@transaction.atomic
def suspect_dispute(*, deposit_id: int, actor: Actor, now: datetime) -> Dispute | None:
    """Begin a case where the policy fears one: much card money of a card that nobody knows.

    The money stays credited, on the account or in the wallet. None where the policy says nothing,
    or a case stands already.
    """
    deposit = _deposit(deposit_id)
    if deposit.state != Incoming.CREDITED or deposit.method.kind != MethodKind.CARD:
        return None
    rules = rules_of(_policy(deposit, now))
    amount = deposit.received_amount or Decimal(0)
    if rules.suspect_from is None or amount < rules.suspect_from:
        return None
    if _is_known(deposit) or Dispute.objects.filter(deposit=deposit).exists():
        return None
    payments = _withdrawals(deposit.client_id)
    dispute = _begin(deposit, amount, actor, now)
    dispute.words = _("Card %(card)s was not verified yet.") % {"card": deposit.payer_label or "—"}
    dispute.save()
    event = DisputeSuspected(**steps.told(dispute), words=dispute.words)
    steps.emit(dispute, event, actor=actor, now=now)
    _ask_again(dispute, payments, actor, now)
    return dispute


@transaction.atomic
def clear_dispute(*, dispute_id: int, reason: str, actor: Actor, now: datetime) -> Dispute:
    """Say that the card is verified: back to the normal rules."""
    words = steps.require_reason(reason)
    dispute = steps.locked(dispute_id)
    steps.require_right(actor, dispute)
    steps.move(dispute, "clear")
    dispute.ended_by, dispute.ended_at, dispute.end_reason = str(actor), now, words
    dispute.save()
    steps.tell_move(dispute, words, actor=actor, now=now)
    return dispute


@transaction.atomic
def open_dispute(*, claim: Claim, actor: Actor, now: datetime) -> Dispute:
    """Open a case: the amount is set aside, votes about the client's withdrawals are void.

    The same reference of the provider is one case. Raises BadDispute, NotAllowed, NotPossible.
    """
    deposit = _deposit(claim.deposit_id)
    steps.require_right(actor, deposit)
    known = Dispute.objects.filter(
        provider=deposit.method.provider, reference=claim.reference
    ).exclude(reference="")
    if (found := known.first()) is not None:
        if (found.deposit_id, found.amount) != (deposit.pk, claim.amount):
            raise BadDispute(_("This reference is that of another case."))
        return found
    _require_sense(claim, deposit, now)
    payments = _withdrawals(deposit.client_id)
    dispute = locks.rows(Dispute.objects.filter(deposit=deposit, state=State.SUSPECTED)).first()
    if dispute is None:
        _require_alone(deposit)
        dispute = _begin(deposit, claim.amount, actor, now)
        dispute.state = State.OPENED
    else:
        steps.move(dispute, "open")
    dispute.amount, dispute.debit_amount = claim.amount, _part_of(deposit, claim.amount)
    dispute.reference, dispute.reason_code = claim.reference, claim.reason_code.strip()[:20]
    dispute.opened_at, dispute.answer_by = now, claim.answer_by
    if dispute.pk is None:
        dispute.pk = _next_number()
    dispute.reservation = steps.set_aside(dispute, actor=actor, now=now)
    dispute.save()
    event = DisputeOpened(
        **steps.told(dispute), reason_code=dispute.reason_code or "—", answer_by=claim.answer_by
    )
    steps.emit(dispute, event, actor=actor, now=now)
    _ask_again(dispute, payments, actor, now)
    return dispute


def answer_until(now: datetime, deposit: Deposit) -> datetime:
    """Return until when a case is answered where the provider does not say it: by the policy."""
    return now + timedelta(days=rules_of(_policy(deposit, now)).answer_days)


def _deposit(deposit_id: int) -> Deposit:
    return locks.rows(
        Deposit.objects.select_related("method", "client").filter(pk=deposit_id)
    ).get()


def _policy(deposit: Deposit, now: datetime) -> dict[str, object]:
    policy = policy_in_force(POLICY, at=now, legal_entity_id=deposit.legal_entity_id)
    return policy.value if policy is not None else {}


def _is_known(deposit: Deposit) -> bool:
    """Say whether somebody verified this card of the client's before."""
    if not deposit.payer_key:
        return False
    cleared = Dispute.objects.filter(
        client_id=deposit.client_id, deposit__payer_key=deposit.payer_key, state=State.CLEARED
    )
    return cleared.exists()


def _begin(deposit: Deposit, amount: Decimal, actor: Actor, now: datetime) -> Dispute:
    return Dispute(
        deposit=deposit,
        legal_entity_id=deposit.legal_entity_id,
        client_id=deposit.client_id,
        account_id=deposit.account_id,
        provider=deposit.method.provider or deposit.method.code,
        amount=amount,
        debit_amount=_part_of(deposit, amount),
        currency=deposit.currency,
        begun_by=str(actor),
        begun_at=now,
    )


def _part_of(deposit: Deposit, amount: Decimal) -> Decimal:
    """Return what of it the client got: our own fee never reached the account."""
    return min(amount, deposit.credit_amount or Decimal(0))


def _require_sense(claim: Claim, deposit: Deposit, now: datetime) -> None:
    if deposit.state != Incoming.CREDITED:
        raise BadDispute(_("Only a deposit that was credited can be disputed."))
    if deposit.into_wallet:
        raise BadDispute(_("It went into the client's wallet: take it back from there by hand."))
    amount, came = claim.amount, deposit.received_amount or Decimal(0)
    if not amount.is_finite() or amount <= 0 or not is_exact(amount, deposit.currency):
        sentence = _("%(amount)s is no amount of %(currency)s.")
        raise BadDispute(sentence % {"amount": amount, "currency": deposit.currency})
    if amount > came:
        raise BadDispute(_("More is called back than came in."))
    if claim.answer_by <= now:
        raise BadDispute(_("It has to be answered by a day that is still to come."))


def _require_alone(deposit: Deposit) -> None:
    if Dispute.objects.filter(deposit=deposit, state__in=(*DISPUTED, *TAKEN)).exists():
        raise steps.NotPossible(_("This deposit is disputed already."))


def _next_number() -> int:
    """Return the number of the next case: its hold names it before its row is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_dispute', 'id'))")
        return int(cursor.fetchone()[0])


def _withdrawals(client_id: int) -> list[Payment]:
    """Return the client's withdrawals that are asked for or approved, locked in their order.

    Before the account's money is: so does everybody who decides about one.
    """
    rows = Payment.objects.filter(client_id=client_id, state__in=STANDING)
    numbers = list(rows.order_by("id").values_list("id", flat=True))
    found = [payment_steps.locked(number) for number in numbers]
    return [one for one in found if one.state in STANDING]


def _ask_again(dispute: Dispute, payments: list[Payment], actor: Actor, now: datetime) -> None:
    """No withdrawal of the client's keeps a vote; what is on its way cannot be stopped."""
    reason = _("%(case)s: %(deposit)s is disputed") % {
        "case": dispute,
        "deposit": dispute.deposit,
    }
    for payment in payments:
        with suppress(payment_steps.BeingSent), transaction.atomic():
            approving.ask_again(payment, reason, actor=actor, now=now)

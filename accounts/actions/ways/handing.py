"""A person records that a client's money came: at a desk, by an agent, on the house's own wallet.

It is never credited by one person's word: the deposit goes to review, and neither who began it nor
who recorded it decides. Amounts are those of the receipt, or of the chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import arriving, starting, steps
from accounts.actions.ways.receipts import Receipt, saved
from accounts.calc.chains import address_flaw, is_transaction, transaction_of
from accounts.events import HandoverRecorded
from accounts.models import Deposit, Handover
from accounts.permissions import RECORD_HANDOVER
from accounts.providers.port import Notice, OnChain, Payer, Told
from accounts.terms import Deposit as State
from accounts.terms import Review
from accounts.terms.chains import BY_HAND
from backoffice.core.actors import Actor
from backoffice.core.money import is_exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What is seen on the house's own wallet: the house's address, the hash, how deep it lies."""

    address: str
    transaction: str
    confirmations: int


@transaction.atomic
def record_handover(
    *, deposit_id: int, amount: Decimal, receipt: Receipt, actor: Actor, now: datetime
) -> Deposit:
    """Record that a client handed this amount over; somebody else decides whether it counts.

    Raises NotAllowed, SamePerson, NotPossible, ReceiptRefused.
    """
    deposit = _awaited(deposit_id, actor)
    if not deposit.method.is_handed:
        raise steps.NotPossible(_("Nobody hands money over for this deposit."))
    _require_amount(amount, deposit)
    row = Handover(
        deposit=deposit,
        method_id=deposit.method_id,
        recorded_by=str(actor),
        recorded_at=now,
        **receipt.kept(),
    )
    saved(row)
    event = HandoverRecorded(
        deposit_id=deposit.pk, payment_id=None, receipt=row.receipt, person=row.person,
        place=row.place,
    )  # fmt: skip
    steps.emit(deposit, event, actor=actor, now=now)
    return _arrive(deposit, amount, row.receipt, None, actor, now)


@transaction.atomic
def record_sighting(
    *, deposit_id: int, amount: Decimal, sighting: Sighting, actor: Actor, now: datetime
) -> Deposit:
    """Record a transaction to the house's own wallet; with few confirmations it goes on waiting.

    Raises NotAllowed, SamePerson, NotPossible.
    """
    deposit = _awaited(deposit_id, actor)
    if not deposit.method.is_crypto:
        raise steps.NotPossible(_("This deposit comes over no chain."))
    _require_amount(amount, deposit)
    flaw = address_flaw(deposit.method.network, sighting.address.strip())
    if flaw or not is_transaction(sighting.transaction):
        raise steps.NotPossible(_(flaw) if flaw else _("This is no hash of a transaction."))
    seen = OnChain(
        network=deposit.method.network,
        address=sighting.address.strip(),
        transaction=transaction_of(sighting.transaction),
        confirmations=sighting.confirmations,
    )
    return _arrive(deposit, amount, seen.transaction, seen, actor, now)


def record_arrival(
    *, deposit_id: int, arrival: Mapping[str, Any], actor: Actor, now: datetime
) -> Deposit:
    """Record what a person typed about money that came, as its way asks for it.

    `arrival` has amount, number, place, and person or confirmations. Raises as the two above.
    """
    told: dict[str, Any] = {"deposit_id": deposit_id, "actor": actor, "now": now}
    if Deposit.objects.get(pk=deposit_id).method.is_crypto:
        sighting = Sighting(
            address=arrival["place"],
            transaction=arrival["number"],
            confirmations=arrival["confirmations"] or 0,
        )
        return record_sighting(amount=arrival["amount"], sighting=sighting, **told)
    receipt = Receipt(number=arrival["number"], person=arrival["person"], place=arrival["place"])
    return record_handover(amount=arrival["amount"], receipt=receipt, **told)


def _awaited(deposit_id: int, actor: Actor) -> Deposit:
    deposit = steps.locked(deposit_id)
    steps.require_right(actor, RECORD_HANDOVER, deposit)
    steps.require_another(actor, deposit.started_by)
    if deposit.method.provider not in BY_HAND or deposit.state != State.PENDING:
        raise steps.NotPossible(_("This deposit does not wait for a person to see its money."))
    return deposit


def _require_amount(amount: Decimal, deposit: Deposit) -> None:
    is_sane = amount.is_finite() and 0 < amount < starting.BEYOND
    if not is_sane or not is_exact(amount, deposit.currency):
        sentence = _("%(amount)s is no amount of %(currency)s.")
        raise steps.NotPossible(sentence % {"amount": amount, "currency": deposit.currency})


def _arrive(
    deposit: Deposit,
    amount: Decimal,
    reference: str,
    seen: OnChain | None,
    actor: Actor,
    now: datetime,
) -> Deposit:
    notice = Notice(
        key=deposit.key,
        told=Told.PAID,
        reference=reference,
        amount=amount,
        currency=deposit.currency,
        payer=Payer(kind="wallet" if seen is not None else "cash"),
        chain=seen,
    )
    provider = deposit.method.provider
    codes = (Review.HANDED,)
    arriving.take_notice(notice=notice, provider=provider, codes=codes, actor=actor, now=now)
    return Deposit.objects.select_related("method").get(pk=deposit.pk)

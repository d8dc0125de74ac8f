"""Money goes back to where it came from: through the provider, under a key of its own, once."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import steps
from accounts.actions.deposits.providers import provider_of
from accounts.events import DepositReturned, DepositWaits
from accounts.models import Deposit
from accounts.permissions import SEND_PAYOUT
from accounts.providers.errors import ProviderError, Refused
from accounts.providers.port import Refund
from accounts.states import LedgerKind
from accounts.terms import Deposit as State
from backoffice.core.actors import Actor

AGAIN = timedelta(seconds=10)


def send_deposit_back(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Ask the provider to send it back; nothing happens to one that is not to be.

    Call it with no transaction open. The key is the deposit's own: asked again, it is sent once. A
    refusal waits for a person, who sends it back by another way (`record_return`).
    """
    deposit = _due(deposit_id=deposit_id, now=now)
    if deposit is None:
        return
    refund = Refund(
        key=uuid5(deposit.key, "refund"),
        charge_key=_charge_key(deposit),
        amount=deposit.amount,
        currency=deposit.received_currency,
    )
    try:
        reference = provider_of(deposit.method.provider).send_back(refund)
    except Refused as no:
        _stay(deposit_id=deposit_id, reason=str(no), is_final=True, actor=actor, now=now)
    except ProviderError as silence:
        _stay(deposit_id=deposit_id, reason=str(silence), is_final=False, actor=actor, now=now)
    else:
        _sent(deposit_id=deposit_id, reference=reference, actor=actor, now=now)


@transaction.atomic
def record_return(*, deposit_id: int, reference: str, actor: Actor, now: datetime) -> Deposit:
    """Record that a refused one was sent back by another way, under that way's reference.

    By somebody else than who decided that it goes back. Raises NotPossible, SamePerson, NotAllowed.
    """
    words = steps.require_reason(reference)[:64]
    deposit = steps.locked(deposit_id)
    if deposit.state != State.RETURNING or deposit.next_try_at is not None:
        raise steps.NotPossible(_("It is not refused by the provider: it goes back by itself."))
    steps.require_another(actor, deposit.returned_by, deposit.started_by)
    steps.require_right(actor, SEND_PAYOUT, deposit)
    given_back(deposit, words, actor=actor, now=now)
    return deposit


def given_back(deposit: Deposit, reference: str, *, actor: Actor, now: datetime) -> None:
    """It went back: post it and say so. Part of the caller's transaction, its row locked."""
    steps.move(deposit, "give_back")
    deposit.return_reference, deposit.closed_at = reference, now
    deposit.next_try_at, deposit.waits_because = None, ""
    steps.post(
        deposit,
        "returned",
        (LedgerKind.IN_TRANSIT, deposit.amount),
        LedgerKind.METHOD_CLEARING,
        actor=actor,
        now=now,
    )
    deposit.save()
    event = DepositReturned(**steps.came(deposit), reference=reference)
    steps.emit(deposit, event, actor=actor, now=now)


@transaction.atomic(durable=True)
def _due(*, deposit_id: int, now: datetime) -> Deposit | None:
    deposit = steps.locked(deposit_id)
    if deposit.state != State.RETURNING or deposit.next_try_at is None:
        return None
    deposit.next_try_at = now + AGAIN
    deposit.save(update_fields=["next_try_at"])
    return deposit


@transaction.atomic
def _sent(*, deposit_id: int, reference: str, actor: Actor, now: datetime) -> None:
    deposit = steps.locked(deposit_id)
    if deposit.state == State.RETURNING:
        given_back(deposit, reference, actor=actor, now=now)


@transaction.atomic
def _stay(*, deposit_id: int, reason: str, is_final: bool, actor: Actor, now: datetime) -> None:
    deposit = steps.locked(deposit_id)
    if deposit.state != State.RETURNING:
        return
    is_news = deposit.waits_because != reason[:300]
    deposit.waits_because = reason[:300]
    deposit.next_try_at = None if is_final else now + AGAIN
    deposit.save(update_fields=["waits_because", "next_try_at"])
    if is_news:
        event = DepositWaits(deposit_id=deposit.pk, reason=deposit.waits_because)
        steps.emit(deposit, event, actor=actor, now=now)


def _charge_key(deposit: Deposit) -> UUID:
    """Return the key that the provider knows: that of the deposit to which the money was paid."""
    while deposit.follows is not None:
        deposit = deposit.follows
    return deposit.key

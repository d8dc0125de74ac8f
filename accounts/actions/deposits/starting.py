"""A deposit until money comes: begun, charged at the provider under its key, stopped, expired.

Charging calls the outside, so it is two transactions around one call. The provider knows the key:
asked again, it answers as before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import steps
from accounts.actions.ways import limits
from accounts.events import DepositCancelled, DepositParked, DepositStarted
from accounts.models import Deposit, PaymentMethod, wording
from accounts.permissions import START_DEPOSIT
from accounts.providers import bank_wire
from accounts.queries import deposit_review
from accounts.states import Direction
from accounts.terms.chains import BY_HAND
from backoffice.core import locks
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.core.money import is_exact
from backoffice.identity.queries import people
from crm.queries import known
from trading.queries import money

#: How long a client may take on the hosted page before nothing is waited for any more.
PATIENCE = timedelta(hours=24)
#: And a transfer from bank to bank, over a weekend and a holiday too.
PATIENCE_FOR_WIRES = timedelta(days=10)
PARKED_FOR = timedelta(days=30)
BEYOND = Decimal(10) ** 13
BUSY_MS = 8_000


class BadRequest(Rejected):
    """Something that was asked for cannot be; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be paid in. `key` comes with the form: sent twice, it begins one deposit.

    `into_wallet`: it goes to the client's wallet in the account's currency, not to the account.
    """

    key: UUID
    account_id: int
    amount: Decimal
    method_id: int
    into_wallet: bool = False


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose money it is, in which currency the account is kept, and how the money comes."""

    client: Any
    currency: str
    method: PaymentMethod


@transaction.atomic
def start_deposit(
    *, request: Request, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> Deposit:
    """Begin a deposit for a client; charging follows by itself, unless a rule parks it.

    Raises BadRequest, NotAllowed. The same key begins once; with other content it is a Conflict.
    """
    locks.advisory(f"accounts.deposit.{request.key}", timeout_ms=BUSY_MS)
    known_one = Deposit.objects.filter(key=request.key).first()
    if known_one is not None:
        return _same(known_one, request)
    account, client = _parties(request, actor)
    method = _method(request, account, client, now)
    locks.advisory(f"accounts.paid_in.{client.pk}", timeout_ms=BUSY_MS)
    before = steps.paid_in(client.pk, account.currency)
    deposit = begin(request, Parties(client, account.currency, method), actor, origin, now)
    rules = steps.rules_for(client.legal_entity_id, now)
    cap = rules.cap.of(account.currency)
    if rules.parks and client.kyc_level == 0 and before + request.amount > cap:
        _park(deposit, cap, actor, now)
    return deposit


def begin(
    request: Request, parties: Parties, actor: Actor, origin: Origin, now: datetime
) -> Deposit:
    """Write a deposit that begins. Part of the caller's transaction, which has checked everything.

    It is attributed as its client is now.
    """
    client, method = parties.client, parties.method
    deposit = Deposit.objects.create(
        key=request.key,
        legal_entity_id=client.legal_entity_id,
        client=client,
        account_id=request.account_id,
        into_wallet=request.into_wallet,
        method=method,
        owner_id=client.owner_id,
        desk_id=client.desk_id,
        source=client.source,
        asked_amount=request.amount,
        currency=parties.currency,
        started_by=str(actor),
        started_at=now,
        country=client.country,
        started_session=origin.session_digest,
        started_device=origin.device_digest,
        expires_at=now + patience_of(method),
        next_try_at=now,
    )
    event = DepositStarted(
        deposit_id=deposit.pk,
        amount=request.amount,
        currency=parties.currency,
        method=method.name,
    )
    steps.emit(deposit, event, actor=actor, now=now)
    return deposit


@transaction.atomic
def cancel_deposit(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> Deposit:
    """Stop a deposit for the client. Money that comes all the same is a new one, in review."""
    words = steps.require_reason(reason)
    deposit = steps.locked(deposit_id)
    steps.move(deposit, "cancel")
    steps.require_right(actor, START_DEPOSIT, deposit)
    deposit.cancelled_by, deposit.cancel_reason = str(actor), words
    deposit.closed_at, deposit.next_try_at = now, None
    deposit.save()
    event = DepositCancelled(deposit_id=deposit.pk, reason=words)
    steps.emit(deposit, event, actor=actor, now=now)
    return deposit


def patience_of(method: PaymentMethod) -> timedelta:
    """Return how long money by this method is waited for."""
    is_slow = method.provider == bank_wire.CODE or method.provider in BY_HAND
    return PATIENCE_FOR_WIRES if is_slow else PATIENCE


def callback_url(code: str) -> str:
    """Return where a provider tells us what became of a charge."""
    return f"{settings.CALLBACK_URL}/callbacks/{code}/"


def _park(deposit: Deposit, cap: Decimal, actor: Actor, now: datetime) -> None:
    sentence = _("without KYC a client pays in %(cap)s at most")
    steps.move(deposit, "park")
    deposit.parked_because = sentence % {"cap": wording.money(cap, deposit.currency)}
    deposit.expires_at = now + PARKED_FOR
    deposit.save()
    event = DepositParked(deposit_id=deposit.pk, reason=deposit.parked_because)
    steps.emit(deposit, event, actor=actor, now=now)


def _same(deposit: Deposit, request: Request) -> Deposit:
    said = (deposit.account_id, deposit.asked_amount, deposit.method_id, deposit.into_wallet)
    asked = (request.account_id, request.amount, request.method_id, request.into_wallet)
    if said != asked:
        raise Conflict(_("This form was used for another deposit."))
    return deposit


def _parties(request: Request, actor: Actor) -> tuple[Any, Any]:
    """Return account and client; raise when what is asked does not fit them."""
    account = money.account_money(request.account_id)
    client = known.get_client(account.client_id) if account and account.client_id else None
    if account is None or client is None or not _may_start(actor, client.pk):
        raise steps.NotAllowed(_("You may not begin a deposit to this account."))
    if client.status in deposit_review.NOT_SERVED or not account.is_open:
        raise BadRequest(_("Nothing can be paid in for this client or to this account now."))
    if account.is_demo:
        raise BadRequest(wording.demo(account.login))
    amount, currency = request.amount, account.currency
    if not amount.is_finite() or not 0 < amount < BEYOND or not is_exact(amount, currency):
        sentence = _("%(amount)s is no amount of %(currency)s.")
        raise BadRequest(sentence % {"amount": amount, "currency": currency})
    return account, client


def _method(request: Request, account: Any, client: Any, now: datetime) -> PaymentMethod:
    method = PaymentMethod.objects.filter(
        pk=request.method_id,
        legal_entity_id=client.legal_entity_id,
        is_active=True,
        currency=account.currency,
        direction__in=(Direction.IN, Direction.BOTH),
    ).first()
    if method is None or not method.provider:
        raise BadRequest(_("This method takes no deposits to this account."))
    why_not = limits.allowed(method, client, request.amount, Direction.IN, now=now).why_not
    if why_not:
        raise BadRequest(why_not)
    return method


def _may_start(actor: Actor, client_id: int) -> bool:
    if actor.kind == "system":
        return True
    user = people.find_acting(actor)
    return user is not None and known.is_in_reach(user, START_DEPOSIT, client_id)

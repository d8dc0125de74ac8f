"""What a provider says of a charge becomes what we know of a deposit: once, however often it comes.

The row of the deposit is the lock. Amount and currency are the provider's; money that comes for a
deposit that had ended, or a second time, is a new deposit that a person decides about.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import approving, returning, steps
from accounts.actions.disputes import hearing
from accounts.actions.ways import on_chain
from accounts.calc import deposit_rules
from accounts.calc.deposit_rules import Facts
from accounts.calc.method_rules import own_fee
from accounts.events import (
    DepositContradicted,
    DepositFailed,
    DepositReceived,
    DepositStarted,
)
from accounts.models import Deposit, wording
from accounts.providers.port import Notice, Told
from accounts.queries import deposit_review
from accounts.queries.ways.in_force import terms_of
from accounts.states import Direction, LedgerKind
from accounts.terms import ENDED_WITHOUT, REVIEW_LABELS, Outcome, Review
from accounts.terms import Deposit as State
from backoffice.core import idempotency, locks
from backoffice.core.actors import Actor
from crm.calc.contacts import name_key

DISPUTES = (Told.DISPUTED, Told.DISPUTE_WON, Told.DISPUTE_LOST)
UNPAID = (State.STARTED, State.PARKED, State.PENDING)
ONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a notice came to, and about which deposit."""

    outcome: Outcome
    deposit: Deposit | None = None
    words: str = ""


@transaction.atomic
def take_notice(
    *,
    notice: Notice,
    provider: str,
    actor: Actor,
    now: datetime,
    codes: tuple[Review, ...] = (),
) -> Taken:
    """Take a provider's word for how a charge stands; told again, nothing happens again.

    `codes` are reasons for a review that are known beforehand.
    """
    found = locks.rows(Deposit.objects.select_related("method", "client").filter(key=notice.key))
    deposit = found.first()
    if deposit is None:
        return Taken(outcome=Outcome.UNKNOWN_DEPOSIT)
    if deposit.method.provider != provider:
        return Taken(outcome=Outcome.WRONG_PROVIDER, deposit=deposit)
    early = _too_early(deposit, notice, actor, now)
    if early is not None:
        return early
    if notice.told is Told.PAID:
        return _paid(deposit, notice, codes, actor, now)
    if notice.told is Told.DECLINED:
        return _declined(deposit, notice, actor, now)
    if notice.told is Told.REFUNDED:
        return _refunded(deposit, notice, actor, now)
    if notice.told in DISPUTES:
        return _disputed(deposit, notice, actor, now)
    return Taken(outcome=Outcome.NOTHING_NEW, deposit=deposit)


@transaction.atomic
def fail_deposit(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """The provider declined; nothing happens to what is not with it."""
    deposit = steps.locked(deposit_id)
    if steps.may(deposit, "fail"):
        _fail(deposit, reason, actor, now)


def _too_early(deposit: Deposit, notice: Notice, actor: Actor, now: datetime) -> Taken | None:
    """Keep what is told of a chain; coins with few confirmations are told of again."""
    if deposit.state not in UNPAID:
        return None
    words = on_chain.heard(deposit, notice, actor=actor, now=now)
    if not words or notice.told is not Told.PAID:
        return None
    return Taken(outcome=Outcome.NOTHING_NEW, deposit=deposit, words=words)


def _disputed(deposit: Deposit, notice: Notice, actor: Actor, now: datetime) -> Taken:
    outcome, words = hearing.take_dispute(deposit, notice, actor=actor, now=now)
    if outcome is Outcome.CONTRADICTS:
        return _contradicts(deposit, words, actor, now)
    return Taken(outcome=outcome, deposit=deposit, words=words)


def _paid(
    deposit: Deposit, notice: Notice, codes: tuple[Review, ...], actor: Actor, now: datetime
) -> Taken:
    known = Deposit.objects.filter(
        method=deposit.method, provider_reference=notice.reference
    ).first()
    if known is not None:
        return _told_before(deposit, known, notice, actor, now)
    if deposit.state in UNPAID:
        _receive(deposit, notice, codes, actor, now)
        return Taken(outcome=Outcome.APPLIED, deposit=deposit)
    code = Review.LATE if deposit.state in ENDED_WITHOUT else Review.SECOND
    fresh = _new_deposit(deposit, notice, actor, now)
    _receive(fresh, notice, (code, *codes), actor, now)
    return Taken(outcome=Outcome.NEW_DEPOSIT, deposit=fresh, words=f"{deposit} → {fresh}")


def _told_before(
    deposit: Deposit, known: Deposit, notice: Notice, actor: Actor, now: datetime
) -> Taken:
    said = (known.received_amount, known.received_currency)
    is_ours = deposit.pk in (known.pk, known.follows_id)
    if is_ours and said == (notice.amount, notice.currency):
        return Taken(outcome=Outcome.REPEATED, deposit=known)
    amount = wording.money(notice.amount, notice.currency)
    words = _("%(amount)s under reference %(reference)s, which is that of %(known)s")
    told = {"amount": amount, "reference": notice.reference, "known": known}
    return _contradicts(deposit, words % told, actor, now)


def _declined(deposit: Deposit, notice: Notice, actor: Actor, now: datetime) -> Taken:
    if steps.may(deposit, "fail"):
        _fail(deposit, notice.words or _("declined"), actor, now)
        return Taken(outcome=Outcome.APPLIED, deposit=deposit)
    if deposit.state in (*UNPAID, *ENDED_WITHOUT):
        return Taken(outcome=Outcome.NOTHING_NEW, deposit=deposit)
    return _contradicts(deposit, _("declined"), actor, now)


def _refunded(deposit: Deposit, notice: Notice, actor: Actor, now: datetime) -> Taken:
    """Money went back: as we asked, of this deposit or of one that came late for it; or not."""
    mine = Deposit.objects.filter(follows=deposit).order_by("pk")
    for one in (deposit, *locks.rows(mine.select_related("method", "client"))):
        if one.return_reference == notice.reference:
            return Taken(outcome=Outcome.REPEATED, deposit=one)
        said = (one.received_amount, one.received_currency)
        if one.state == State.RETURNING and said == (notice.amount, notice.currency):
            returning.given_back(one, notice.reference, actor=actor, now=now)
            return Taken(outcome=Outcome.APPLIED, deposit=one)
    amount = wording.money(notice.amount, notice.currency)
    words = _("%(amount)s went back, and nobody here asked for it") % {"amount": amount}
    return _contradicts(deposit, words, actor, now)


def _contradicts(deposit: Deposit, words: str, actor: Actor, now: datetime) -> Taken:
    if idempotency.once(f"deposit.contradicted:{deposit.pk}:{words}"):
        event = DepositContradicted(
            deposit_id=deposit.pk, state=str(deposit.state), words=words[:300]
        )
        steps.emit(deposit, event, actor=actor, now=now)
    return Taken(outcome=Outcome.CONTRADICTS, deposit=deposit, words=words)


def _fail(deposit: Deposit, reason: str, actor: Actor, now: datetime) -> None:
    steps.move(deposit, "fail")
    deposit.failed_because = reason.strip()[:300] or _("declined")
    deposit.closed_at, deposit.next_try_at = now, None
    deposit.save()
    event = DepositFailed(deposit_id=deposit.pk, reason=deposit.failed_because)
    steps.emit(deposit, event, actor=actor, now=now)


def _receive(
    deposit: Deposit, notice: Notice, codes: tuple[Review, ...], actor: Actor, now: datetime
) -> None:
    """The money is ours: say so, post it, and see whether a person has to look."""
    if deposit.state != State.PENDING:  # it came before we knew that it was asked for
        steps.move(deposit, "charge")
        deposit.charged_at = now
        deposit.save()
    steps.move(deposit, "receive")
    _keep(deposit, notice, now)
    _post(deposit, notice, actor, now)
    event = DepositReceived(**steps.came(deposit), reference=notice.reference)
    steps.emit(deposit, event, actor=actor, now=now)
    chained = on_chain.reasons(deposit, notice, actor=actor, now=now)
    found = (*codes, *chained, *_reasons(deposit, now))
    if found:
        words = " ".join(_(REVIEW_LABELS[code]) for code in found[1:])
        approving.send_to_review(deposit, found[0], words, actor=actor, now=now)


def _keep(deposit: Deposit, notice: Notice, now: datetime) -> None:
    same = notice.currency == deposit.currency
    # What held when the client began it: the fee that was shown is the fee that is taken.
    first = deposit.follows or deposit
    country = deposit.client.country if first.country is None else first.country
    terms = terms_of(deposit.method, country, Direction.IN, at=first.started_at)
    fee = min(notice.amount, own_fee(terms, notice.amount, notice.currency))
    deposit.received_amount, deposit.received_currency = notice.amount, notice.currency
    deposit.received_at, deposit.provider_reference = now, notice.reference
    deposit.provider_fee, deposit.rate_received = notice.fee, ONE
    deposit.own_fee = fee if same else 0
    deposit.credit_amount = notice.amount - deposit.own_fee if same else 0
    deposit.charge_id = deposit.charge_id or notice.charge_id
    payer = notice.payer
    deposit.payer_kind, deposit.payer_key = payer.kind, payer.key
    deposit.payer_label, deposit.payer_holder = payer.label, payer.holder
    deposit.waits_because, deposit.next_try_at = "", now
    deposit.save()


def _post(deposit: Deposit, notice: Notice, actor: Actor, now: datetime) -> None:
    """Money at the provider is owed on; what the provider keeps of it is an entry of its own."""
    steps.post(
        deposit,
        "received",
        (LedgerKind.METHOD_CLEARING, notice.amount),
        LedgerKind.IN_TRANSIT,
        actor=actor,
        now=now,
    )
    steps.post(
        deposit,
        "provider_fee",
        (LedgerKind.PROVIDER_FEES, notice.fee),
        LedgerKind.METHOD_CLEARING,
        actor=actor,
        now=now,
    )


def _reasons(deposit: Deposit, now: datetime) -> tuple[Review, ...]:
    locks.advisory(f"accounts.paid_in.{deposit.client_id}", timeout_ms=8_000)
    holder, client = deposit.payer_holder, deposit.client
    facts = Facts(
        asked=deposit.asked_amount,
        asked_currency=deposit.currency,
        received=deposit.amount,
        currency=deposit.received_currency,
        credit=deposit.credit_amount or steps.NOTHING,
        kyc_level=client.kyc_level,
        paid_in=steps.paid_in(client.pk, deposit.received_currency, but=deposit.pk),
        same_name=not holder or name_key(holder) == name_key(client.full_name),
        is_served=deposit_review.is_served(deposit),
    )
    return deposit_rules.reasons(steps.rules_for(deposit.legal_entity_id, now), facts)


def _new_deposit(ended: Deposit, notice: Notice, actor: Actor, now: datetime) -> Deposit:
    """Return a deposit for money that came when it was not waited for; attributed as the first."""
    fresh = Deposit.objects.create(
        key=uuid5(ended.key, notice.reference),
        legal_entity_id=ended.legal_entity_id,
        client=ended.client,
        account_id=ended.account_id,
        into_wallet=ended.into_wallet,
        method=ended.method,
        owner_id=ended.owner_id,
        desk_id=ended.desk_id,
        source=ended.source,
        follows=ended,
        asked_amount=ended.asked_amount,
        currency=ended.currency,
        started_by=ended.started_by,  # whoever began the first decides about none of it
        started_session=ended.started_session,
        started_device=ended.started_device,
        started_at=now,
        country=ended.country,
        expires_at=now,
    )
    event = DepositStarted(
        deposit_id=fresh.pk,
        amount=fresh.asked_amount,
        currency=fresh.currency,
        method=ended.method.name,
    )
    steps.emit(fresh, event, actor=actor, now=now)
    return fresh

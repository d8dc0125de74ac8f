"""Asks the provider: for a charge, under the deposit's key, and how a charge stands.

Call these with no transaction open. No answer is ever taken for a no: the same key is asked again,
and only the provider's own word that nothing came lets a deposit fail or expire.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.deposits import arriving, starting, steps
from accounts.actions.deposits.providers import provider_of
from accounts.actions.ways import on_chain
from accounts.calc.bank import reference
from accounts.events import DepositCharging, DepositExpired, DepositWaits
from accounts.models import BankRow, BankUse, Deposit
from accounts.providers import bank_wire
from accounts.providers.errors import ProviderError, Refused
from accounts.providers.port import Charge, Notice, Opened
from accounts.terms import Deposit as State
from accounts.terms.chains import BY_HAND
from backoffice.core.actors import Actor

AGAIN = timedelta(seconds=5)
#: By then whoever asks has its answer, or died.
LOOK_AGAIN = timedelta(seconds=15)
A_DAY = timedelta(days=1)
#: A callback that did not come in this time may never come: the provider is asked.
LOOK_UP = timedelta(minutes=1)


def charge_deposit(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Have the provider open a charge; nothing happens to a deposit that has one, or waits."""
    deposit = _begin(deposit_id=deposit_id, actor=actor, now=now)
    if deposit is None:
        return
    provider = provider_of(deposit.method.provider)
    try:
        opened = provider.start_charge(_charge(deposit))
    except Refused as no:
        _refused(deposit, no, actor, now)
    except ProviderError as silence:
        _wait(deposit_id=deposit_id, reason=str(silence), actor=actor, now=now)
    else:
        _opened(deposit_id=deposit_id, opened=opened, now=now)


def look_up_charge(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Ask the provider how a charge stands, and take its word as a callback's; expire what is over.

    An expiry needs the provider's word that nothing was paid.
    """
    deposit = _looking(deposit_id=deposit_id, now=now)
    if deposit is None:
        return
    try:
        notice = provider_of(deposit.method.provider).look_up(deposit.key)
    except ProviderError as silence:
        _wait(deposit_id=deposit_id, reason=str(silence), actor=actor, now=now)
        return
    if notice is not None:
        arriving.take_notice(notice=notice, provider=deposit.method.provider, actor=actor, now=now)
    expire_deposit(deposit_id=deposit_id, actor=actor, now=now)


@transaction.atomic
def expire_deposit(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """End a deposit for which nothing came in time; whoever calls has asked the provider."""
    deposit = steps.locked(deposit_id)
    if deposit.expires_at > now or not steps.may(deposit, "expire"):
        return
    if on_chain.is_coming(deposit):
        deposit.next_try_at = now + LOOK_UP
        deposit.save(update_fields=["next_try_at"])
        return
    if _lies_at_bank(deposit):
        deposit.next_try_at = now + A_DAY
        deposit.save(update_fields=["next_try_at"])
        return
    steps.move(deposit, "expire")
    deposit.closed_at, deposit.next_try_at = now, None
    deposit.save()
    steps.emit(deposit, DepositExpired(deposit_id=deposit.pk), actor=actor, now=now)


@transaction.atomic
def unpark_deposit(*, deposit_id: int, actor: Actor, now: datetime) -> None:
    """Let a parked deposit go on, once its client is known; charging follows.

    What nobody ever charged expires without the provider's word.
    """
    deposit = steps.locked(deposit_id)
    if deposit.state not in (State.PARKED, State.STARTED):
        return
    if deposit.state == State.STARTED or deposit.client.kyc_level == 0:
        expire_deposit(deposit_id=deposit_id, actor=actor, now=now)
        return
    deposit.expires_at = now + starting.patience_of(deposit.method)
    _charging(deposit, actor, now)


@transaction.atomic(durable=True)
def _begin(*, deposit_id: int, actor: Actor, now: datetime) -> Deposit | None:
    """Put on disk that the provider is asked now; None when there is nothing to ask."""
    deposit = steps.locked(deposit_id)
    if deposit.expires_at <= now:
        return None
    if deposit.state == State.STARTED:
        _charging(deposit, actor, now)
    elif deposit.state != State.PENDING or deposit.charge_id:
        return None
    deposit.next_try_at = now + LOOK_AGAIN
    deposit.save(update_fields=["next_try_at"])
    return deposit


def _charging(deposit: Deposit, actor: Actor, now: datetime) -> None:
    steps.move(deposit, "charge")
    deposit.charged_at, deposit.next_try_at = now, now
    deposit.save()
    steps.emit(deposit, DepositCharging(deposit_id=deposit.pk), actor=actor, now=now)


@transaction.atomic
def _looking(*, deposit_id: int, now: datetime) -> Deposit | None:
    deposit = steps.locked(deposit_id)
    is_due = deposit.next_try_at is not None and deposit.next_try_at <= now
    is_asked = bool(deposit.charge_id) or deposit.expires_at <= now
    if deposit.state != State.PENDING or not is_asked or not is_due:
        return None
    deposit.next_try_at = _next_look(deposit, now)
    deposit.save(update_fields=["next_try_at"])
    return deposit


def _lies_at_bank(deposit: Deposit) -> bool:
    """Say whether a row of the bank names it and nobody has bound it yet: then nothing expires."""
    named = BankRow.objects.filter(our_reference=deposit.charge_id, amount__gt=0)
    bound = BankUse.objects.filter(undone_at__isnull=True).values("row")
    return bool(deposit.charge_id) and named.exclude(pk__in=bound).exists()


def _next_look(deposit: Deposit, now: datetime) -> datetime:
    """Return when to ask again: a bank is not asked, its statement comes; until then it waits."""
    provider = deposit.method.provider
    if (provider == bank_wire.CODE or provider in BY_HAND) and deposit.expires_at > now:
        return deposit.expires_at
    return now + LOOK_UP


@transaction.atomic
def _opened(*, deposit_id: int, opened: Opened, now: datetime) -> None:
    deposit = steps.locked(deposit_id)
    if deposit.charge_id or deposit.is_final:
        return
    deposit.charge_id, deposit.page_url = opened.charge_id, opened.page_url
    deposit.waits_because = ""
    if deposit.state == State.PENDING:
        deposit.next_try_at = _next_look(deposit, now)
    deposit.save()


def _refused(deposit: Deposit, no: Refused, actor: Actor, now: datetime) -> None:
    """A no ends it only when no earlier try under the same key was taken on."""
    try:
        notice = provider_of(deposit.method.provider).look_up(deposit.key)
    except ProviderError as silence:
        _wait(deposit_id=deposit.pk, reason=str(silence), actor=actor, now=now)
        return
    if notice is None:
        arriving.fail_deposit(deposit_id=deposit.pk, reason=no.words, actor=actor, now=now)
        return
    _known(deposit_id=deposit.pk, notice=notice, now=now)
    arriving.take_notice(notice=notice, provider=deposit.method.provider, actor=actor, now=now)


@transaction.atomic
def _known(*, deposit_id: int, notice: Notice, now: datetime) -> None:
    deposit = steps.locked(deposit_id)
    if deposit.state == State.PENDING and not deposit.charge_id:
        deposit.charge_id, deposit.next_try_at = notice.charge_id, now + LOOK_UP
        deposit.save(update_fields=["charge_id", "next_try_at"])


@transaction.atomic
def _wait(*, deposit_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Leave everything as it is, and say why; the same reason is told once."""
    deposit = steps.locked(deposit_id)
    if deposit.state != State.PENDING:
        return
    deposit.next_try_at = now + AGAIN
    is_news = deposit.waits_because != reason[:300]
    deposit.waits_because = reason[:300]
    deposit.save(update_fields=["next_try_at", "waits_because"])
    if is_news:
        event = DepositWaits(deposit_id=deposit.pk, reason=deposit.waits_because)
        steps.emit(deposit, event, actor=actor, now=now)


def _charge(deposit: Deposit) -> Charge:
    return Charge(
        key=deposit.key,
        amount=deposit.asked_amount,
        currency=deposit.currency,
        callback_url=starting.callback_url(deposit.method.provider),
        return_url=_way_back(deposit),
        description=_("Deposit %(number)s") % {"number": deposit},
        reference=reference.written(reference.DEPOSIT, deposit.pk),
    )


def _way_back(deposit: Deposit) -> str:
    """Return where the payer goes on: a client who began it themselves, to its own page."""
    if not deposit.started_by.startswith("client:"):
        return settings.SITE_URL
    return f"{settings.SITE_URL}{settings.PORTAL_PATH}deposits/{deposit.pk}/"

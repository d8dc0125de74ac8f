"""What a provider sends is kept as it came, and judged afterwards by a piece of work of its own."""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.actions.deposits import arriving
from accounts.actions.deposits.arriving import Taken
from accounts.actions.deposits.providers import NoSuchProvider, provider_of
from accounts.events import CallbackJudged, CallbackStored
from accounts.models import Deposit, PaymentMethod, ProviderCallback
from accounts.models.callback import LARGEST as LARGEST
from accounts.providers.errors import BadMessage
from accounts.providers.port import Notice
from accounts.terms import Outcome, Signature
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor

#: Of a request's headers only these are kept.
HEADERS = ("X-Signature", "Content-Type", "User-Agent", "Date")
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One request as it came in: to which provider's address, from where, raw."""

    provider: str
    address: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: how it was signed, and whether it came from where nobody may call back."""

    signature: Signature
    is_foreign: bool


def is_expected(callback: Callback) -> bool:
    """Say whether some method of the provider takes callbacks from this address."""
    methods = PaymentMethod.objects.filter(provider=callback.provider)
    lists = list(methods.values_list("callback_addresses", flat=True))
    if not lists or not all(lists):  # a method without a list takes them from anywhere
        return True
    address = ipaddress.ip_address(callback.address)
    networks = {ipaddress.ip_network(one, strict=False) for some in lists for one in some}
    return any(address in one for one in networks)


@transaction.atomic
def keep_callback(*, callback: Callback, actor: Actor, now: datetime) -> Kept:
    """Keep a callback and the verdict on its signature; one that is good is judged soon after.

    A good one from an address that its provider has not is refused here, and never judged. Raises
    NoSuchProvider, and keeps nothing then.
    """
    verdict = provider_of(callback.provider).verdict(callback.body, callback.headers, now=now)
    is_foreign = verdict is Signature.GOOD and not is_expected(callback)
    row = ProviderCallback.objects.create(
        provider=callback.provider,
        received_at=now,
        address=callback.address,
        headers={
            name: callback.headers[name][:LONGEST] for name in HEADERS if name in callback.headers
        },
        body=callback.body,
        digest=hashlib.sha256(callback.body).hexdigest(),
        signature=verdict,
        outcome=Outcome.WRONG_ADDRESS if is_foreign else "",
        words=callback.address if is_foreign else "",
        judged_at=now if is_foreign else None,
    )
    event = CallbackStored(callback_id=row.pk, provider=row.provider, signature=str(verdict))
    outbox.emit(event, actor=actor, subjects=[("callback", row.pk)], now=now)
    if is_foreign:
        judged = CallbackJudged(callback_id=row.pk, outcome=str(row.outcome))
        outbox.emit(judged, actor=actor, subjects=[("callback", row.pk)], now=now)
    return Kept(verdict, is_foreign)


@transaction.atomic
def judge_callback(*, callback_id: int, actor: Actor, now: datetime) -> None:
    """Take a signed callback at its word, once; what is not signed is never taken at all."""
    row = locks.rows(ProviderCallback.objects.filter(pk=callback_id)).get()
    if row.outcome or row.signature != Signature.GOOD:
        return
    taken = _taken(row, actor, now)
    row.deposit, row.outcome, row.words = taken.deposit, taken.outcome, taken.words[:LONGEST]
    row.judged_at = now
    row.save(update_fields=["deposit", "outcome", "words", "judged_at"])
    subjects: list[tuple[str, int | str]] = [("callback", row.pk)]
    if taken.deposit is not None:
        subjects.append(("deposit", taken.deposit.pk))
    event = CallbackJudged(callback_id=row.pk, outcome=str(taken.outcome))
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def _taken(row: ProviderCallback, actor: Actor, now: datetime) -> Taken:
    try:
        notice = provider_of(row.provider).read(bytes(row.body))
    except (BadMessage, NoSuchProvider) as error:
        return Taken(outcome=Outcome.UNREADABLE, words=str(error))
    stranger = _from_elsewhere(row, notice)
    if stranger is not None:
        return Taken(outcome=Outcome.WRONG_ADDRESS, deposit=stranger, words=str(row.address))
    return arriving.take_notice(notice=notice, provider=row.provider, actor=actor, now=now)


def _from_elsewhere(row: ProviderCallback, notice: Notice) -> Deposit | None:
    """Return the deposit whose method does not take callbacks from this address, if so."""
    deposit = Deposit.objects.select_related("method").filter(key=notice.key).first()
    allowed = deposit.method.callback_addresses if deposit is not None else []
    if not allowed:
        return None
    address = ipaddress.ip_address(str(row.address))
    is_known = any(address in ipaddress.ip_network(one, strict=False) for one in allowed)
    return None if is_known else deposit

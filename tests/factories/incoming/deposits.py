"""Money on its way in: a till with a card method, a scripted provider, what a provider says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from accounts.actions.deposits import arriving, deciding, starting
from accounts.ledger import balances, proof
from accounts.models import Deposit, LedgerAccount, PaymentMethod
from accounts.providers import registry, signing, wire
from accounts.providers.errors import ProviderError
from accounts.providers.port import (
    Charge,
    Notice,
    Opened,
    Payer,
    ProviderAddress,
    Refund,
    Told,
)
from accounts.queries import deposit_review
from accounts.states import LedgerKind
from accounts.terms import Signature
from backoffice.core import clock
from backoffice.core.models import EventRecord
from backoffice.settings.env import PaymentProvider
from crm.models import Client
from tests.factories.money import a_login
from tests.factories.payments import SYSTEM, Till
from trading.actions import trading_accounts

CODE = "cardly"
SECRET = b"s" * 32
KEY_ID = "house"


@dataclass
class Cardly:
    """A scripted provider: what it was asked, and what it answers. Faults are put in by the test.

    `charges` and `refunds` are what it did, by key: the same key twice is one.
    """

    charges: dict[UUID, Charge] = field(default_factory=dict)
    refunds: dict[UUID, Refund] = field(default_factory=dict)
    stands: dict[UUID, Notice] = field(default_factory=dict)
    asked: list[UUID] = field(default_factory=list)
    before: ProviderError | None = None
    after: ProviderError | None = None

    def start_charge(self, charge: Charge) -> Opened:
        """See Provider."""
        self.asked.append(charge.key)
        self._fail(self.before)
        self.charges.setdefault(charge.key, charge)
        self._fail(self.after)
        return Opened(charge_id=f"ch-{charge.key}", page_url=f"https://pay.example/{charge.key}")

    def look_up(self, key: UUID) -> Notice | None:
        """See Provider."""
        self.asked.append(key)
        self._fail(self.before)
        if key in self.stands:
            return self.stands[key]
        known = self.charges.get(key)
        return Notice(key=key, told=Told.PENDING, charge_id=f"ch-{key}") if known else None

    def send_back(self, refund: Refund) -> str:
        """See Provider."""
        self.asked.append(refund.key)
        self._fail(self.before)
        self.refunds.setdefault(refund.key, refund)
        self._fail(self.after)
        return f"re-{refund.key}"

    def verdict(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Signature:
        """See Provider."""
        return signing.verdict(SECRET, KEY_ID, body, headers.get(signing.HEADER, ""), now=now)

    def read(self, body: bytes) -> Notice:
        """See Provider."""
        return wire.notice(wire.loaded(body))

    def _fail(self, error: ProviderError | None) -> None:
        if error is not None:
            raise error


@contextmanager
def a_cardly(settings: Any) -> Iterator[Cardly]:
    """Let the scripted provider be the one of its code."""
    script = Cardly()
    settings.PAYMENT_PROVIDERS = {CODE: PaymentProvider("http://127.0.0.1:9", KEY_ID, SECRET)}
    registry.register(lambda address: _for(script, address), code=CODE)
    yield script
    registry.forget(CODE)


def _for(script: Cardly, address: ProviderAddress) -> Cardly:
    assert (address.code, address.secret) == (CODE, SECRET)
    return script


def a_card(till: Till, **changes: Any) -> PaymentMethod:
    """The card method of the till's legal entity."""
    known = {"name": "Card", "kind": "card", "currency": "USD", "direction": "in"}
    method, _ = PaymentMethod.objects.get_or_create(
        legal_entity=till.client.legal_entity,
        code="card",
        defaults=known | {"provider": CODE} | changes,
    )
    return method


def known_client(till: Till, level: int = 2) -> None:
    """Let the till's client have a KYC level."""
    Client.objects.filter(pk=till.client.pk).update(kyc_level=level)


def start(till: Till, amount: str = "200.00", **changes: Any) -> Deposit:
    """Begin a deposit, as sales does."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "account_id": till.account.pk,
        "amount": Decimal(amount),
        "method_id": a_card(till).pk,
    }
    return starting.start_deposit(
        request=starting.Request(**(known | changes)), actor=till.asker.actor, now=clock.now()
    )


def a_deposit_of(client: Client, login: int) -> Deposit:
    """The client's first deposit, to a new account of theirs: 200.00 begun, nothing charged."""
    begun = Deposit.objects.filter(client=client).first()
    if begun is not None:
        return begun
    account = a_login(login)
    trading_accounts.bind_account(
        account_id=account.pk, client_id=client.pk, actor=SYSTEM, now=clock.now()
    )
    method, _ = PaymentMethod.objects.get_or_create(
        legal_entity=client.legal_entity,
        code="card",
        defaults={
            "name": "Card",
            "kind": "card",
            "currency": "USD",
            "direction": "in",
            "provider": CODE,
        },
    )
    request = starting.Request(
        key=uuid4(), account_id=account.pk, amount=Decimal(200), method_id=method.pk
    )
    return starting.start_deposit(request=request, actor=SYSTEM, now=clock.now())


def paid(deposit: Deposit, amount: str | None = None, **changes: Any) -> Notice:
    """The provider's word that it was paid."""
    known: dict[str, Any] = {
        "key": deposit.key,
        "told": Told.PAID,
        "charge_id": f"ch-{deposit.key}",
        "reference": f"pay-{deposit.pk}",
        "amount": Decimal(amount) if amount else deposit.asked_amount,
        "currency": deposit.currency,
        "fee": Decimal("2.90"),
        "payer": Payer(kind="card", key="fp-1", label="visa ••1111", holder="Ana Ruiz"),
    }
    return Notice(**(known | changes))


def accept(deposit: Deposit, user: Any, reason: str = "fine", **changes: Any) -> Deposit:
    """Let it pass, as its page shows it now."""
    known: dict[str, Any] = {
        "deposit_id": deposit.pk,
        "reason": reason,
        "seen": deposit_review.seen_of(now_of(deposit)),
        "actor": user.actor,
        "now": clock.now(),
    }
    return deciding.accept_deposit(**(known | changes))


def take(notice: Notice) -> arriving.Taken:
    """Take the provider's word, as a callback that was judged."""
    return arriving.take_notice(notice=notice, provider=CODE, actor=SYSTEM, now=clock.now())


def declined(deposit: Deposit) -> Notice:
    """The provider's word that it was declined."""
    return replace(paid(deposit), told=Told.DECLINED, words="do not honour", reference="")


def now_of(deposit: Deposit) -> Deposit:
    """The deposit as it is in the database."""
    return Deposit.objects.select_related("method").get(pk=deposit.pk)


def standing(kind: LedgerKind) -> Decimal:
    """What is on the house's account of this kind."""
    return sum(
        (balances.of(one).posted for one in LedgerAccount.objects.filter(kind=kind)), Decimal(0)
    )


def balanced() -> bool:
    """Whether the books prove themselves."""
    return proof.findings() == []


def told(deposit: Deposit) -> list[str]:
    """The short names of what happened to a deposit, in order; letters about it are no part."""
    names = []
    for event in EventRecord.objects.exclude(name__startswith="crm.letter").order_by("id"):
        body = event.told()
        if ["deposit", str(deposit.pk)] in body["subjects"]:
            names.append(body["event"].partition(".")[2])
    return names


def body_of(notice: Notice) -> bytes:
    """What the provider would send of it."""
    return wire.dumped(
        {
            "key": str(notice.key),
            "state": str(notice.told),
            "charge": notice.charge_id,
            "reference": notice.reference,
            "amount_minor": wire.minor(notice.amount, notice.currency),
            "fee_minor": wire.minor(notice.fee, notice.currency),
            "currency": notice.currency,
            "words": notice.words,
            "payer": {
                "kind": notice.payer.kind,
                "fingerprint": notice.payer.key,
                "label": notice.payer.label,
                "holder": notice.payer.holder,
            },
        }
    )

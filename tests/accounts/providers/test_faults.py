"""The provider's faults one by one, over real HTTP both ways: one effect each, to the cent.

One provider process and one database serve them all, so that the figures are differences.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from accounts.models import Deposit, ProviderCallback
from accounts.providers import signing
from accounts.states import LedgerKind
from accounts.tasks import push_deposit
from accounts.terms import Deposit as State
from accounts.terms import Outcome, Review, Signature
from backoffice.core import clock
from backoffice.demo.children import wait_until
from tests.cluster import Database
from tests.factories.incoming.deposits import (
    CODE,
    KEY_ID,
    SECRET,
    a_card,
    balanced,
    body_of,
    known_client,
    now_of,
    paid,
    standing,
    start,
)
from tests.factories.incoming.provider import SECONDS, Provider, a_listening_house, a_provider
from tests.factories.payments import Till, a_till, work_done

USD = Decimal("200.00")


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """One process for the module."""
    with a_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def house(
    fresh_database: Database, redis_server: Any, provider: Provider, settings: Any
) -> Iterator[str]:
    """The house, listening; the provider without faults."""
    provider.faults()
    with a_listening_house(settings, provider) as url:
        yield url


@pytest.fixture
def till(house: str) -> Till:
    """A client with KYC, and a card."""
    till = a_till()
    known_client(till)
    a_card(till)
    return till


def asked(till: Till, amount: str = "200.00") -> Deposit:
    """A deposit whose page is open."""
    deposit = start(till, amount)
    work_done()
    deposit = now_of(deposit)
    assert deposit.page_url
    return deposit


def told(provider: Provider, signed: int) -> list[ProviderCallback]:
    """Wait until so many signed callbacks are in and nothing is on its way; judge them."""

    def all_in() -> bool:
        rows = ProviderCallback.objects.filter(signature=Signature.GOOD)
        return rows.count() >= signed and provider.has_delivered()

    assert wait_until(all_in, seconds=SECONDS, step=0.05)
    work_done()
    return list(ProviderCallback.objects.order_by("id"))


def outcomes(rows: list[ProviderCallback]) -> list[str]:
    """What they came to."""
    return sorted(row.outcome for row in rows if row.outcome)


def test_each_fault_has_one_effect(till: Till, provider: Provider, house: str) -> None:
    """All of them on one till: starting a house costs more than a fault."""
    clean(till, provider)
    called_back(provider)
    duplicate_and_forged(till, provider)
    out_of_order(till, provider)
    wrong_amount(till, provider)
    late_success(till, provider)
    error_after(till, provider)
    never(till, provider)
    strangers(till, house)
    assert balanced()


def clean(till: Till, provider: Provider) -> None:
    """Paid on the page, told once."""
    deposit = asked(till)
    answer = provider.press(deposit)
    assert answer.status_code == 303
    assert outcomes(told(provider, 1)) == [Outcome.APPLIED]
    done = now_of(deposit)
    assert (done.state, done.received_amount, done.provider_fee) == (
        State.RECEIVED, USD, Decimal("2.90"),
    )  # fmt: skip
    assert (done.payer_kind, done.payer_label) == ("card", "visa ••1111")
    assert standing(LedgerKind.IN_TRANSIT) == USD


def called_back(provider: Provider) -> None:
    """A bank calls back what MetaTrader does not have yet: signed, kept, for a person."""
    deposit = Deposit.objects.get()
    httpx.post(
        f"{provider.url}/disputes/{deposit.charge_id}", json={}, trust_env=False
    ).raise_for_status()
    (row,) = [one for one in told(provider, 2) if one.outcome == Outcome.CONTRADICTS]
    assert row.words == "Only a deposit that was credited can be disputed."


def duplicate_and_forged(till: Till, provider: Provider) -> None:
    """Four times over, each after a forged one that asks for a hundred times as much."""
    before = ProviderCallback.objects.count()
    provider.faults(duplicate=4, forged=True)
    deposit = asked(till)
    provider.press(deposit)
    provider.press(deposit)  # the button, twice
    rows = told(provider, 6)[before:]
    assert outcomes(rows) == [Outcome.APPLIED, *[Outcome.REPEATED] * 3]
    forged = [row for row in rows if row.signature == Signature.FORGED]
    assert [(row.outcome, row.judged_at) for row in forged] == [("", None)]
    assert b"2000000" in bytes(forged[0].body)
    assert now_of(deposit).received_amount == USD
    assert standing(LedgerKind.IN_TRANSIT) == 2 * USD


def out_of_order(till: Till, provider: Provider) -> None:
    """An older word comes after the newer one."""
    before = ProviderCallback.objects.count()
    provider.faults(out_of_order=True)
    deposit = asked(till)
    provider.press(deposit)
    rows = told(provider, 8)[before:]
    assert outcomes(rows) == sorted([Outcome.APPLIED, Outcome.NOTHING_NEW])
    assert now_of(deposit).state == State.RECEIVED


def wrong_amount(till: Till, provider: Provider) -> None:
    """The callback says another amount: that one counts, and a person decides."""
    provider.faults(wrong_amount=-5000)
    deposit = asked(till)
    provider.press(deposit)
    told(provider, 9)
    held = now_of(deposit)
    assert (held.state, held.review_code) == (State.IN_REVIEW, Review.AMOUNT)
    assert held.received_amount == Decimal("150.00")


def late_success(till: Till, provider: Provider) -> None:
    """Declined, told so, and paid by another card afterwards."""
    provider.faults(late=1)
    deposit = asked(till)
    provider.press(deposit, "decline")
    told(provider, 10)
    assert now_of(deposit).state == State.FAILED
    provider.press(deposit)
    told(provider, 11)
    assert now_of(deposit).state == State.FAILED
    fresh = Deposit.objects.get(follows=deposit)
    assert (fresh.state, fresh.review_code, fresh.amount) == (State.IN_REVIEW, Review.LATE, USD)


def error_after(till: Till, provider: Provider) -> None:
    """B-01: 500 after applying. The same key is asked again, and is one charge."""
    before = provider.counts()["charges"]
    provider.faults(error_after=2)
    deposit = start(till)
    work_done()
    assert now_of(deposit).waits_because
    for _ in range(2):
        Deposit.objects.filter(pk=deposit.pk).update(next_try_at=clock.now())
        push_deposit(deposit.pk)
    assert now_of(deposit).page_url
    assert provider.counts()["charges"] == before + 1


def never(till: Till, provider: Provider) -> None:
    """No callback ever: the provider is asked."""
    provider.faults(never=True)
    deposit = asked(till)
    provider.press(deposit)
    Deposit.objects.filter(pk=deposit.pk).update(next_try_at=clock.now())
    push_deposit(deposit.pk)
    assert now_of(deposit).state == State.RECEIVED


def strangers(till: Till, house: str) -> None:
    """Bodies that no provider sends: refused, kept, and nothing else."""
    url, deposit = f"{house}/callbacks/{CODE}/", start(till)
    body = body_of(paid(deposit))
    before = ProviderCallback.objects.count()

    def post(content: bytes, **headers: str) -> int:
        return httpx.post(url, content=content, headers=headers, trust_env=False).status_code

    good = signing.sign(SECRET, KEY_ID, body, now=clock.now())
    assert post(body) == 401
    assert post(body, **{signing.HEADER: "t=1,k=house,v1=zz"}) == 401
    assert post(body + b" ", **{signing.HEADER: good}) == 401
    assert post(b"x" * 40_000, **{signing.HEADER: good}) == 413
    assert httpx.get(url, trust_env=False).status_code == 405
    unknown = f"{house}/callbacks/nobody/"
    assert httpx.post(unknown, content=body, trust_env=False).status_code == 404
    a_card(till).__class__.objects.update(callback_addresses=["203.0.113.0/24"])
    assert post(body, **{signing.HEADER: good}) == 403
    work_done()
    rows = list(ProviderCallback.objects.order_by("id"))[before:]
    assert [row.outcome for row in rows] == ["", "", "", Outcome.WRONG_ADDRESS]
    assert now_of(deposit).received_amount is None
    assert all(row.address == "127.0.0.1" for row in rows)

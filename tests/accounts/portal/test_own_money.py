"""A client's own money on their own pages: asked for, paid in, taken back; nobody else's."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from accounts.actions import asking_client, withdrawals
from accounts.actions.deposits import charging
from accounts.models import Deposit, Payment, PaymentMethod
from accounts.states import Direction, Missing, RejectReason, Withdrawal
from accounts.terms import Deposit as State
from backoffice.core import clock
from backoffice.core.models import EventRecord
from tests.factories.incoming.deposits import a_card, a_cardly, known_client, paid, take
from tests.factories.incoming.terms import terms
from tests.factories.moving.transfers import fill_wallet
from tests.factories.payments import IBAN, SYSTEM, Till, a_till
from tests.factories.people import a_client
from tests.factories.sign_in.clients import a_client_browser, a_sign_in, signed_in
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
INTERNAL = "smells of a stolen card"


@pytest.fixture
def till(db: None) -> Till:
    """Ana with 1,000.00 USD."""
    return a_till()


@pytest.fixture
def ana(till: Till) -> Browser:
    """Ana's browser."""
    return a_client_browser(till.client)


def wish(till: Till, amount: str = "70.00", **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "key": str(uuid4()),
        "account_id": till.account.pk,
        "amount": amount,
        "method_id": till.method.pk,
        "requisite": IBAN,
        "stated_reason": "need",
    }
    return known | changes


def page(browser: Browser, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u202f", " ")


def test_the_start_page_shows_accounts_and_what_moves(till: Till, ana: Browser) -> None:
    till.ask("70.00", note=INTERNAL)
    shown = page(ana, "/portal/")

    assert str(till.account.login) in shown
    assert "1,000.00" in shown
    assert "Received" in shown
    assert INTERNAL not in shown


def test_a_withdrawal_is_asked_for_once_and_in_the_clients_own_name(
    till: Till, ana: Browser
) -> None:
    form = wish(till, holder="Somebody Else", note="x", loop_reason="all to me")
    answer = ana.post("/portal/withdrawals/new/", form)
    again = ana.post("/portal/withdrawals/new/", form)

    payment = Payment.objects.get()
    assert answer.url == again.url == f"/portal/withdrawals/{payment.pk}/"
    assert payment.requested_by.startswith("client:")
    assert (payment.holder, payment.note, payment.loop_reason) == ("Ana Ruiz", "", "")
    assert till.available() == Decimal("930.00")
    shown = page(ana, answer.url)
    assert "Received" in shown
    assert "We mean to have it paid by" in shown
    assert till.approve(payment).state == Withdrawal.APPROVED  # by staff, as any other
    assert "Approved" in page(ana, answer.url)


def test_where_it_goes_is_shown_before_it_is_asked_for(till: Till, ana: Browser) -> None:
    answer = ana.post("/portal/withdrawals/new/", wish(till, "995.00", look="1"))

    shown = answer.content.decode().replace("\u202f", " ")
    assert answer.status_code == 200
    assert "Free to withdraw" in shown
    assert "995.00" in shown
    assert not Payment.objects.exists()


def test_more_than_is_free_goes_nowhere(till: Till, ana: Browser) -> None:
    shown = ana.post("/portal/withdrawals/new/", wish(till, "1000.01", look="1")).content.decode()
    assert "That is more than is free now: ask for less." in shown
    assert "What you named above" not in shown
    enough = ana.post("/portal/withdrawals/new/", wish(till, "1000.00", look="1")).content.decode()
    assert "more than is free" not in enough
    assert "What you named above" in enough


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "1e3", "0.001", "1000.01", "99999999999999"])
def test_what_cannot_be_is_refused_in_a_sentence(till: Till, ana: Browser, amount: str) -> None:
    answer = ana.post("/portal/withdrawals/new/", wish(till, amount))

    if amount == "1e3":  # a thousand, written otherwise: all there is
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert not Payment.objects.exists()
    looked = ana.post("/portal/withdrawals/new/", wish(till, amount, look="1"))
    assert looked.status_code in (200, 422)


def test_a_client_takes_back_what_is_their_own(till: Till, ana: Browser) -> None:
    payment = till.ask("70.00")  # by staff, for the client
    ana.post(f"/portal/withdrawals/{payment.pk}/cancel/")

    payment.refresh_from_db()
    assert payment.state == Withdrawal.CANCELLED
    assert till.available() == Decimal("1000.00")
    again = ana.post(f"/portal/withdrawals/{payment.pk}/cancel/")
    assert again.status_code == 422
    assert b"not possible any more" in again.content


def test_a_client_answers_what_was_asked(till: Till, ana: Browser) -> None:
    payment = till.ask("70.00")
    asking_client.ask_client(
        payment_id=payment.pk,
        missing=[Missing.SOURCE],
        text="Of the deposit in March",
        actor=till.approver.actor,
        now=clock.now(),
    )
    url = f"/portal/withdrawals/{payment.pk}/"
    shown = page(ana, url)
    assert "We need something from you" in shown
    assert "Where the money came from" in shown
    assert "We mean to have it paid by" not in shown  # no clock runs

    assert ana.post(f"{url}answer/", {"text": ""}).status_code == 422
    assert ana.post(f"{url}answer/", {"text": "My salary"}).status_code == 302
    payment.refresh_from_db()
    assert payment.state == Withdrawal.REQUESTED


def test_only_the_public_reason_is_shown(till: Till, ana: Browser) -> None:
    payment = till.ask("70.00")
    withdrawals.reject_withdrawal(
        payment_id=payment.pk,
        rejection=withdrawals.Rejection(
            reason=RejectReason.OTHER, public="Please write to us", note=INTERNAL
        ),
        actor=till.approver.actor,
        now=clock.now(),
    )
    shown = page(ana, f"/portal/withdrawals/{payment.pk}/")

    assert "Rejected" in shown
    assert "Please write to us" in shown
    assert INTERNAL not in shown


def test_nobody_sees_or_moves_anothers(till: Till, ana: Browser) -> None:
    payment = till.ask("70.00")
    a_card(till)
    other = a_client("Eve Else", entity=till.client.legal_entity)
    eve = a_client_browser(other)
    before = EventRecord.objects.count()

    for url in (f"/portal/withdrawals/{payment.pk}/", "/portal/withdrawals/987654321/"):
        assert eve.get(url).status_code == 404
        for verb in ("cancel", "answer"):
            assert eve.post(f"{url}{verb}/", {"text": "x"}).status_code == 404
    absent = eve.get("/portal/withdrawals/987654321/").content
    assert "Ana" not in absent.decode()
    for url, form in (
        ("/portal/withdrawals/new/", wish(till)),
        ("/portal/withdrawals/new/", wish(till, look="1")),
        ("/portal/deposits/new/", wish(till)),
    ):
        answer = eve.post(url, form)
        assert answer.status_code == 422  # not among her choices
        assert "1,000.00" not in answer.content.decode()
    assert EventRecord.objects.count() == before
    assert Payment.objects.count() == 1


def test_the_action_itself_knows_whose_it_is(till: Till) -> None:
    """Whatever a page forgets: a client's reach is their own record."""
    eve = a_sign_in(a_client("Eve Else", entity=till.client.legal_entity))
    payment = till.ask("70.00")
    with pytest.raises(Exception, match="may not"):
        withdrawals.cancel_withdrawal(
            payment_id=payment.pk, reason="x", actor=eve.actor, now=clock.now()
        )
    with pytest.raises(Exception, match="may not"):
        withdrawals.request_withdrawal(
            request=till.request("10.00"), actor=eve.actor, now=clock.now()
        )
    mine = a_sign_in(till.client)
    with pytest.raises(Exception):  # noqa: B017 - any refusal: a client approves nothing
        till.approve(payment, mine)
    payment.refresh_from_db()
    assert payment.state == Withdrawal.REQUESTED


def test_a_card_is_paid_at_the_providers_page(till: Till, ana: Browser, settings: Any) -> None:
    known_client(till)
    method = a_card(till)
    terms(till, method, Direction.IN, minimum="50", maximum="5000", fee_percent="1")
    begun = page(ana, "/portal/deposits/new/")
    assert "from 50.00 · up to 5,000.00 · fee 1 %" in begun
    ways = re.findall(r'<input[^>]*name="method_id"[^>]*>', begun)
    assert ways  # each stands open with its terms, and the first is chosen
    assert ["checked" in way for way in ways] == [not number for number in range(len(ways))]
    form = wish(till, "200.00", method_id=method.pk)

    assert ana.post("/portal/deposits/new/", form | {"amount": "10"}).status_code == 422
    answer = ana.post("/portal/deposits/new/", form)
    deposit = Deposit.objects.get()
    assert answer.url == f"/portal/deposits/{deposit.pk}/"
    assert "is being prepared" in page(ana, answer.url)
    with a_cardly(settings) as cardly:
        charging.charge_deposit(deposit_id=deposit.pk, actor=SYSTEM, now=clock.now())
        assert cardly.charges[deposit.key].return_url.endswith(answer.url)
        assert f'href="https://pay.example/{deposit.key}"' in page(ana, answer.url)
        take(paid(deposit))
    shown = page(ana, answer.url)
    assert "Received" in shown
    assert "pay.example" not in shown


def test_a_deposit_of_ones_own_is_stopped(till: Till, ana: Browser) -> None:
    method = a_card(till)
    ana.post("/portal/deposits/new/", wish(till, "5000.00", method_id=method.pk))
    deposit = Deposit.objects.get()
    assert deposit.state == State.PARKED  # not known well enough yet
    assert "First we have to know you better" in page(ana, f"/portal/deposits/{deposit.pk}/")
    ana.post(f"/portal/deposits/{deposit.pk}/stop/")

    deposit.refresh_from_db()
    assert deposit.state == State.CANCELLED
    assert ana.post(f"/portal/deposits/{deposit.pk}/stop/").status_code == 422


def test_whoever_has_nothing_is_told_so(till: Till) -> None:
    eve = a_client_browser(a_client("Eve Else", entity=till.client.legal_entity))

    assert "No trading account yet." in page(eve, "/portal/")
    assert "Nothing can be paid in now." in page(eve, "/portal/deposits/new/")
    assert "Nothing can be withdrawn now." in page(eve, "/portal/withdrawals/new/")


def test_a_closed_account_is_no_choice(till: Till, ana: Browser) -> None:
    TradingAccount.objects.filter(pk=till.account.pk).update(enabled=False)
    PaymentMethod.objects.update(is_active=True)

    answer = ana.post("/portal/withdrawals/new/", wish(till))
    assert answer.status_code == 422
    assert not Payment.objects.exists()


def test_money_in_two_browsers_of_one_client_is_promised_once(till: Till) -> None:
    user = a_sign_in(till.client)
    one, two = signed_in(user), signed_in(user)

    assert one.post("/portal/withdrawals/new/", wish(till, "600.00")).status_code == 302
    answer = two.post("/portal/withdrawals/new/", wish(till, "600.00"))
    assert answer.status_code == 422
    assert "400.00" in answer.content.decode()


def test_the_wallet_is_paid_out_from_ones_own_pages(till: Till, ana: Browser) -> None:
    assert "Wallet" not in page(ana, "/portal/withdrawals/new/")
    fill_wallet(till.client, "200.00")
    terms(till, till.method, Direction.OUT, fee_fixed="3")
    shown = page(ana, "/portal/withdrawals/new/")
    assert f'value="wallet:{till.account.pk}"' in shown
    assert "fee 3.00" in shown
    form = wish(till, "150.00", account_id=f"wallet:{till.account.pk}")
    assert "200.00" in ana.post("/portal/withdrawals/new/", form | {"look": "1"}).content.decode()
    assert not Payment.objects.exists()

    answer = ana.post("/portal/withdrawals/new/", form)
    payment = Payment.objects.get()
    assert (payment.from_wallet, payment.payout) == (True, Decimal("147.00"))
    shown = page(ana, answer.url)
    assert "your wallet" in shown
    assert "147.00" in shown
    more = wish(till, "50.01", account_id=f"wallet:{till.account.pk}")
    refused = ana.post("/portal/withdrawals/new/", more)
    assert refused.status_code == 422
    assert "50.00 USD can be withdrawn" in refused.content.decode().replace("\u202f", " ")
    foreign = wish(till, "1.00", account_id=f"wallet:{till.account.pk + 1}")
    assert ana.post("/portal/withdrawals/new/", foreign).status_code == 422


def test_what_is_not_offered_in_ones_country_is_said(till: Till, ana: Browser) -> None:
    country = till.client.country or "CY"
    type(till.client).objects.filter(pk=till.client.pk).update(country=country)
    terms(till, till.method, Direction.OUT, country, is_offered=False)
    shown = page(ana, "/portal/withdrawals/new/")
    assert "This way is not offered in your country: take another one." in shown
    assert ana.post("/portal/withdrawals/new/", wish(till)).status_code == 422
    assert not Payment.objects.exists()

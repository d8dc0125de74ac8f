"""What a client is written at each stage of a payment: once, and nothing that is the house's."""

import re
from dataclasses import fields

import pytest
from django.core import mail

from accounts.actions import asking_client, withdrawals
from accounts.calc import client_words
from accounts.calc.letters import (
    BLANKS,
    OF_DEPOSITS,
    OF_TRANSFERS,
    OF_WITHDRAWALS,
    TRANSFER_CAME,
)
from accounts.models import Payment
from accounts.states import Missing, RejectReason, Withdrawal
from accounts.terms import Deposit as State
from backoffice.core import clock, work
from backoffice.core.models import Work, WorkState
from crm.models import ClientLetter
from tests.accounts.actions.test_payouts import confirm, send
from tests.factories.agents import Script
from tests.factories.incoming.deposits import a_card, a_cardly, known_client, paid, start, take
from tests.factories.payments import Till, a_till, work_done
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
INTERNAL = "smells of a stolen card"


@pytest.fixture
def till(db: None) -> Till:
    """A client who reads mail, and came with that address: a new one makes money cool off."""
    return a_till(email="ana@example.com")


def worked() -> None:
    """Everything that follows by itself has followed."""
    while work_done():
        pass
    assert not Work.objects.filter(state=WorkState.STUCK).exists()


def written() -> list[str]:
    return list(ClientLetter.objects.order_by("id").values_list("code", flat=True))


def test_a_withdrawal_is_told_at_every_stage(till: Till, script: Script) -> None:
    payment = till.approve(till.ask("70.00", note=INTERNAL))
    worked()
    send(payment, till.cashier)
    confirm(payment, till.second)
    worked()

    assert written() == [
        f"withdrawal-{stage}" for stage in ("received", "approved", "in-payment", "paid")
    ]
    assert [one.subject for one in mail.outbox] == [
        f"Your withdrawal #{payment.pk}: {stage}"
        for stage in ("received", "approved", "in payment", "paid")
    ]
    said = "".join(one.body for one in mail.outbox)
    assert "Dear Ana Ruiz,\n\nWe have received your request to withdraw 70.00" in said
    assert "Wire" in said
    assert f"/portal/withdrawals/{payment.pk}/" in said
    assert INTERNAL not in said
    assert "$" not in said


def test_the_client_reads_the_public_reason_and_no_other(till: Till) -> None:
    payment = till.ask("70.00")
    withdrawals.reject_withdrawal(
        payment_id=payment.pk,
        rejection=withdrawals.Rejection(
            reason=RejectReason.DOCUMENTS, public="A document is missing", note=INTERNAL
        ),
        actor=till.approver.actor,
        now=clock.now(),
    )
    worked()

    assert written() == ["withdrawal-received", "withdrawal-rejected"]
    assert "A document is missing" in mail.outbox[-1].body
    assert INTERNAL not in mail.outbox[-1].body


def test_the_client_is_asked_for_what_is_missing_each_time(till: Till) -> None:
    payment = till.ask("70.00")
    whose = {"payment_id": payment.pk, "actor": till.approver.actor}
    for missing in (Missing.IDENTITY, Missing.SOURCE):
        asking_client.ask_client(missing=[missing], text="Both sides", now=clock.now(), **whose)
        worked()
        asking_client.supply(text=INTERNAL, now=clock.now(), **whose)
        worked()

    assert written().count("withdrawal-waits-for-you") == 2
    assert "- Proof of identity that is still valid\nBoth sides\n" in mail.outbox[1].body
    assert "- Where the money came from" in mail.outbox[2].body
    assert INTERNAL not in "".join(one.body for one in mail.outbox)


def test_a_refusal_tells_the_limit(till: Till, script: Script) -> None:
    till.approve(till.ask("900.00"))
    TradingAccount.objects.filter(pk=till.account.pk).update(balance="500.00")
    till.see()
    worked()

    assert Payment.objects.get().state == Withdrawal.REFUSED
    assert written()[-1] == "withdrawal-refused"
    assert "could not be carried out: not enough free funds (limit 500.00" in mail.outbox[-1].body


def test_a_deposit_is_told_when_it_comes_and_when_it_is_there(
    till: Till, script: Script, settings: object
) -> None:
    known_client(till)
    a_card(till)
    with a_cardly(settings):
        deposit = start(till)
        worked()
        take(paid(deposit))
        worked()

    deposit.refresh_from_db()
    assert deposit.state == State.CREDITED
    assert written() == ["deposit-received", "deposit-credited"]
    assert "200.00" in mail.outbox[-1].body


def test_an_answer_given_twice_writes_once(till: Till) -> None:
    till.ask("70.00")
    worked()
    Work.objects.update(state=WorkState.WAITING, finished_at=None)
    worked()

    assert written() == ["withdrawal-received"]
    assert len(mail.outbox) == 1
    assert work.cause() == 0


def test_every_letter_uses_blanks_that_are_filled() -> None:
    known = {"client", "house", *BLANKS}
    every = (OF_WITHDRAWALS, OF_DEPOSITS, OF_TRANSFERS)
    for text in (TRANSFER_CAME, *(text for texts in every for text in texts.values())):
        words = " ".join(str(getattr(text, field.name)) for field in fields(text))
        assert set(re.findall(r"\$(\w+)", words)) <= known, text.code


def test_every_state_has_words_for_the_client() -> None:
    assert set(client_words.WITHDRAWAL_READS) == set(Withdrawal)
    assert set(client_words.DEPOSIT_READS) == set(State)

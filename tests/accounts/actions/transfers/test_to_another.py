"""To another client: number and address have to match, two departments agree, or it goes back."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actions.transfers import returning, to_another
from accounts.actions.transfers.requesting import Place
from accounts.actions.transfers.to_another import Gift
from accounts.actions.withdrawals import BadRequest
from accounts.models import PaymentMethod, Transfer
from accounts.queries import checks as looking
from accounts.terms import Transfer as State
from backoffice.approvals.actions import asking, executing, voting
from backoffice.approvals.actions.refusals import NotYours, OverAlready, SamePerson
from backoffice.approvals.models import ApprovalRequest, ApprovalVote
from backoffice.approvals.terms import Ballot, kind_of
from backoffice.company.actions import policies
from backoffice.core import clock
from backoffice.core.models import EventRecord
from crm.models import Client
from tests.factories.accounts.disputes import a_dispute_of
from tests.factories.moving.transfers import Pair, an_account_of, in_transit, now_of, told
from tests.factories.payments import SYSTEM, work_done
from tests.factories.people import a_client
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
BEA = "bea@far.example"


@pytest.fixture
def receiver(pair: Pair) -> Client:
    """Bea, with an account 99 at the same broker."""
    client = a_client("Bea Far", entity=pair.till.client.legal_entity)
    Client.objects.filter(pk=client.pk).update(email=BEA)
    an_account_of(client, 99)
    return client


def give(pair: Pair, **changes: Any) -> Transfer:
    """Ask for 100.00 to Bea's account, as sales does."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "client_id": pair.till.client.pk,
        "source": Place(account_id=pair.till.account.pk),
        "login": 99,
        "email": "BEA@far.example ",
        "amount": Decimal("100.00"),
    }
    gift = Gift(**(known | changes))
    return to_another.request_gift(gift=gift, actor=pair.till.asker.actor, now=clock.now())


def vote(transfer: Transfer, user: Any, act: Callable[..., Any] = voting.agree) -> None:
    """Vote on it as the page shows it, and have it carried out when that was the last."""
    request = ApprovalRequest.objects.get(pk=transfer.approval_id)
    facts = asking.facts_now(kind_of(request.kind), _payload(request))
    ballot = Ballot(payload_digest=request.payload_digest, facts=facts, reason="because")
    whose = {"request_id": request.pk, "actor": user.actor, "now": clock.now()}
    act(ballot=ballot, **whose)
    executing.execute(**whose)


def _payload(request: ApprovalRequest) -> Any:
    return json.loads(request.payload)


def test_it_goes_when_both_departments_agree(carried: Pair, receiver: Client) -> None:
    transfer = give(carried)
    assert (transfer.state, carried.till.available()) == (State.REQUESTED, Decimal("900.00"))

    vote(transfer, carried.till.approver)
    assert now_of(transfer).state == State.REQUESTED
    vote(transfer, carried.till.second)
    for _ in range(3):
        work_done()

    assert now_of(transfer).state == State.DONE
    assert [(one.login, one.profit) for one in carried.script.booked] == [
        (7, Decimal("-100.00")),
        (99, Decimal("100.00")),
    ]
    assert in_transit() == 0


def test_who_asks_does_not_decide(pair: Pair, receiver: Client) -> None:
    transfer = give(pair)
    with pytest.raises((NotYours, SamePerson)):
        vote(transfer, pair.till.asker)


def test_who_gets_it_does_not_decide(pair: Pair, receiver: Client) -> None:
    """A member of staff who is a client too: noted, or known by the address."""
    mine = pair.till.approver.email
    Client.objects.filter(pk=receiver.pk).update(email=mine)
    transfer = give(pair, email=mine)

    with pytest.raises(SamePerson):
        vote(transfer, pair.till.approver)
    with pytest.raises(IntegrityError, match="vote_benefit"), transaction.atomic():
        ApprovalVote.objects.create(
            request=transfer.approval, voter=pair.till.approver, verdict="AGREE",
            payload_digest=transfer.approval.payload_digest, facts=transfer.approval.facts,
            cast_at=clock.now(),
        )  # fmt: skip


def test_what_others_sent_leaves_by_the_receiver_s_own_bank_only(
    carried: Pair, receiver: Client
) -> None:
    """500.00 were there before our books, 100.00 came from another client, 50.00 more is profit."""
    transfer = give(carried)
    vote(transfer, carried.till.approver)
    vote(transfer, carried.till.second)
    for _ in range(3):
        work_done()
    assert now_of(transfer).state == State.DONE
    account = TradingAccount.objects.get(login=99)
    purse = PaymentMethod.objects.create(
        legal_entity=receiver.legal_entity, code="tether", name="Tether", kind="crypto",
        currency="USD", direction="out",
    )  # fmt: skip

    def looked(method: PaymentMethod, holder: str = "Bea Far") -> Any:
        asked = looking.Asked(
            payment_id=None, client_id=receiver.pk, account_id=account.pk, requisite_key="k",
            amount=Decimal("650.00"), currency="USD", holder=holder, method_id=method.pk,
        )  # fmt: skip
        return looking.look(asked, now=clock.now())

    wire = looked(carried.till.method)
    assert [(str(one.route), one.amount) for one in wire.lines] == [
        ("unknown", 500), ("received", 100), ("profit", 50),
    ]  # fmt: skip
    by_wire, by_purse = wire.answers[3], looked(purse).answers[3]
    assert (by_wire.number, by_wire.verdict, by_purse.verdict) == (4, "amber", "red")
    assert "prove whose this bank account" in by_wire.sentence
    assert "only by wire" in by_purse.sentence


def test_nothing_goes_to_others_while_a_payment_is_disputed(pair: Pair, receiver: Client) -> None:
    a_dispute_of(pair.till.client, 71)
    with pytest.raises(BadRequest, match="is disputed"):
        give(pair)


def test_a_no_releases_the_hold(pair: Pair, receiver: Client) -> None:
    transfer = give(pair)
    vote(transfer, pair.till.second, voting.refuse)
    transfer = now_of(transfer)
    assert (transfer.state, transfer.reject_reason) == (State.REJECTED, "because")
    assert pair.till.available() == Decimal("1000.00")
    assert told(transfer)[-1] == "rejected"


def test_taken_back_it_cannot_be_agreed_to(pair: Pair, receiver: Client) -> None:
    transfer = give(pair)
    returning.cancel_transfer(
        transfer_id=transfer.pk,
        reason="changed my mind",
        actor=pair.till.asker.actor,
        now=clock.now(),
    )
    assert now_of(transfer).state == State.CANCELLED
    assert pair.till.available() == Decimal("1000.00")
    with pytest.raises(OverAlready):
        vote(transfer, pair.till.second)
    assert now_of(transfer).state == State.CANCELLED


@pytest.mark.parametrize("changes", [{"email": "x@y.example"}, {"email": ""}, {"login": 7_777}])
def test_one_sentence_answers_every_mismatch(
    pair: Pair, receiver: Client, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest) as caught:
        give(pair, **changes)
    assert str(caught.value) == "Account number and e-mail address do not match."


def test_the_name_is_told_to_nobody_who_sends(pair: Pair, receiver: Client) -> None:
    give(pair)
    bodies = "".join(str(one.told()) for one in EventRecord.objects.all())
    assert "Bea" not in bodies
    assert BEA not in bodies


def test_the_policy_switches_it_off(pair: Pair, receiver: Client) -> None:
    policies.set_policy(
        code="transfers",
        value={"between_clients": "off"},
        valid_from=clock.now(),
        reason="no",
        actor=SYSTEM,
        now=clock.now(),
    )
    with pytest.raises(BadRequest, match="not offered"):
        give(pair)


def test_more_kyc_is_needed(pair: Pair, receiver: Client) -> None:
    Client.objects.update(kyc_level=2)
    with pytest.raises(BadRequest, match="KYC level 3"):
        give(pair)


def test_postgresql_lets_nobody_past_the_vote(pair: Pair, receiver: Client) -> None:
    transfer = give(pair)
    with pytest.raises(IntegrityError, match="nobody allowed"), transaction.atomic():
        Transfer.objects.filter(pk=transfer.pk).update(
            state=State.APPROVED,
            approved_by="staff:1",
            approved_at=clock.now(),
            target_amount=100,
            rate=1,
        )

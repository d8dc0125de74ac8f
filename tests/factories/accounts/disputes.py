"""Card money that came, and what its bank says of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.actions.disputes import opening
from accounts.actions.disputes.opening import Claim
from accounts.models import Deposit, Dispute
from accounts.providers.port import Told
from backoffice.core import clock
from crm.models import Client
from tests.factories.accounts.adjusting import Desk
from tests.factories.incoming.deposits import a_deposit_of, now_of, paid, start, take
from tests.factories.payments import SYSTEM, work_done

WEEK = timedelta(days=7)


def credited(desk: Desk, amount: str = "200.00") -> Deposit:
    """A card deposit that MetaTrader has."""
    deposit = start(desk.till, amount)
    work_done()
    take(paid(deposit))
    work_done()
    desk.work()
    deposit = now_of(deposit)
    assert deposit.state == "CREDITED", deposit.state
    return deposit


def said(deposit: Deposit, told: Told, amount: str | None = None, **changes: Any) -> Any:
    """Take the provider's word about a dispute."""
    known: dict[str, Any] = {
        "told": told,
        "reference": f"dp-{deposit.pk}",
        "amount": Decimal(amount) if amount else deposit.received_amount,
        "fee": Decimal(0),
        "reason_code": "10.4",
        "answer_by": clock.now() + WEEK,
    }
    return take(replace(paid(deposit), **(known | changes)))


def opened(deposit: Deposit, amount: str | None = None) -> Dispute:
    """A case that the provider opened."""
    assert said(deposit, Told.DISPUTED, amount).outcome == "applied"
    return Dispute.objects.get(deposit=deposit)


def a_dispute_of(client: Client, login: int) -> Dispute:
    """A suspicion about the client's first deposit; written as the rule writes it."""
    found = Dispute.objects.filter(client=client).first()
    if found is not None:
        return found
    deposit = a_deposit_of(client, login)
    moves: tuple[dict[str, Any], ...] = (
        {"state": "PENDING", "charged_at": clock.now()},
        {
            "state": "RECEIVED",
            "received_amount": deposit.asked_amount,
            "received_currency": deposit.currency,
            "received_at": clock.now(),
            "provider_reference": f"pay-{deposit.pk}",
            "provider_fee": 0,
            "rate_received": 1,
            "credit_amount": deposit.asked_amount,
        },
        {"state": "CREDITED", "ticket": 1, "credited_at": clock.now(), "closed_at": clock.now()},
    )
    for one in moves:
        Deposit.objects.filter(pk=deposit.pk).update(**one)
    return Dispute.objects.create(
        deposit=deposit,
        legal_entity_id=deposit.legal_entity_id,
        client=client,
        account_id=deposit.account_id,
        provider=deposit.method.provider,
        amount=deposit.asked_amount,
        debit_amount=deposit.asked_amount,
        currency=deposit.currency,
        begun_by=str(SYSTEM),
        begun_at=clock.now(),
    )


def a_claim(deposit: Deposit, amount: str, answer_by: datetime | None = None) -> Claim:
    """What staff type when the provider only wrote a letter."""
    return Claim(
        deposit_id=deposit.pk,
        amount=Decimal(amount),
        reason_code="10.4",
        answer_by=answer_by or clock.now() + WEEK,
    )


def opened_by_staff(deposit: Deposit, amount: str, actor: Any = SYSTEM) -> Dispute:
    """A case that staff opened."""
    return opening.open_dispute(claim=a_claim(deposit, amount), actor=actor, now=clock.now())

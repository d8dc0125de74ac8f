"""What somebody decides on when a rule stopped a deposit: money as it came, and why it waits."""

import hashlib
from decimal import Decimal
from typing import Any

from accounts.models import Deposit
from backoffice.core import canonical
from backoffice.core.money import rounded
from crm.queries import known
from crm.states import ClientStatus
from trading.queries import money

KIND = "accounts.deposit"
NOT_SERVED = (ClientStatus.LEAD, ClientStatus.BLOCKED, ClientStatus.CLOSED)


def payload_of(deposit: Deposit) -> dict[str, Any]:
    """Return what is to be credited: this money, for this client, to this account."""
    currency = deposit.amount_currency
    return {
        "deposit": deposit.pk,
        "client": deposit.client_id,
        "account": deposit.account_id,
        "method": deposit.method_id,
        "amount": rounded(deposit.amount, currency),
        "currency": currency,
        "credit": rounded(Decimal(deposit.credit_amount or 0), deposit.currency),
        "reference": deposit.provider_reference,
        "payer": deposit.payer_key,
        **({"wallet": deposit.currency} if deposit.into_wallet else {}),
        "started_by": deposit.started_by,
    }


def facts_of(deposit: Deposit) -> dict[str, Any]:
    """Return what a vote about it hangs on: why it waits, and whether it can be credited now."""
    client = known.get_client(deposit.client_id)
    return {
        "review": deposit.review_code,
        "words": deposit.review_words,
        "kyc_level": client.kyc_level if client is not None else None,
        "is_served": is_served(deposit),
    }


def facts_text(deposit: Deposit) -> str:
    """Return the facts in their one text, to which a vote is bound."""
    return canonical.encode(facts_of(deposit)).decode()


def seen_of(deposit: Deposit) -> str:
    """Return what the page puts into its form, so that a decision is on exactly what it showed."""
    told = canonical.encode({"payload": payload_of(deposit), "facts": facts_of(deposit)})
    return hashlib.sha256(told).hexdigest()


def is_served(deposit: Deposit) -> bool:
    """Say whether client and account still take money; a demo account never does."""
    account, client = money.account_money(deposit.account_id), known.get_client(deposit.client_id)
    return (
        account is not None
        and client is not None
        and account.is_open
        and not account.is_demo
        and account.client_id == deposit.client_id
        and client.status not in NOT_SERVED
    )

"""What the machines' addresses ask for: scope, signature, and the kind of record in each.

A new address below /api/v1/ fails the tests until it stands here; so does one that is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ApiDoor:
    """One address: its scope (None: any machine), how it is asked, what it answers.

    `far` is what a machine sees whose reach ends before the record: the same as of an absent one.
    """

    scope: str | None
    about: str = ""
    body: Mapping[str, Any] | None = None
    answers: int = 200
    far: int = 404
    is_open: bool = False

    @property
    def method(self) -> str:
        """POST where something is sent."""
        return "GET" if self.body is None else "POST"


def acts(scope: str | None, body: Mapping[str, Any], **told: Any) -> ApiDoor:
    """A door that changes something: signed."""
    return ApiDoor(scope, body=body, **told)


WHY = {"reason": "The client asked for it"}
PERSON = {"full_name": "Ada New", "email": "ada@new.example", "country": "ES", "legal_entity": ""}
WITHDRAWAL = {
    "account": 0, "amount": "5.00", "method": 1, "requisite": "ES91", "holder": "Nora Near",
    "stated_reason": "earned",
}  # fmt: skip

API_DOORS: dict[str, ApiDoor] = {
    "api:nothing": ApiDoor(None, answers=404, is_open=True),
    "api:time": ApiDoor(None, is_open=True),
    "api:me": ApiDoor(None),
    "api:openapi": ApiDoor(None),
    "api:tokens": acts(None, {"scopes": ["crm.client.view"]}, answers=201),
    "api:client-list": ApiDoor("crm.client.view"),
    "api:client": ApiDoor("crm.client.view", about="client"),
    "api:client-register": acts("crm.client.edit", PERSON, about="entity", answers=201, far=422),
    "api:client-accounts": ApiDoor("trading.account.view", about="client_id"),
    "api:account-types": ApiDoor("trading.account.open", about="client_id"),
    "api:account-open": acts(
        "trading.account.open",
        {"account_type": 987654321, "leverage": 100, **WHY},
        about="client_id",
        answers=422,
    ),
    "api:account": ApiDoor("trading.account.view", about="account"),
    "api:account-equity": ApiDoor("trading.account.view", about="account"),
    "api:account-positions": ApiDoor("trading.position.view", about="account"),
    "api:account-deals": ApiDoor("trading.deal.view", about="account"),
    "api:account-balance": ApiDoor("trading.balance.view", about="account"),
    "api:account-statement": ApiDoor("trading.account.view", about="account"),
    "api:account-password": acts("trading.account.reset_password", WHY, about="account"),
    "api:account-command": ApiDoor("trading.account.view", about="command"),
    "api:payment-list": ApiDoor("accounts.payment.view"),
    "api:payment": ApiDoor("accounts.payment.view", about="payment"),
    "api:methods": ApiDoor("accounts.payment_method.view", about="client_id"),
    "api:deposit-list": ApiDoor("accounts.payment.view"),
    "api:deposit": ApiDoor("accounts.payment.view", about="deposit"),
    "api:deposit-start": acts(
        "accounts.deposit.start",
        {"account": 0, "amount": "5.00", "method": 1},
        about="holding",
        answers=422,
    ),
    "api:deposit-cancel": acts("accounts.deposit.start", WHY, about="deposit", answers=409),
    "api:withdrawal-request": acts(
        "accounts.withdrawal.request", WITHDRAWAL, about="holding", answers=422
    ),
    "api:adjustment-list": ApiDoor("accounts.payment.view"),
    "api:adjustment": ApiDoor("accounts.payment.view", about="adjustment"),
    "api:dispute-list": ApiDoor("accounts.payment.view"),
    "api:dispute": ApiDoor("accounts.payment.view", about="dispute"),
    "api:transfer-list": ApiDoor("accounts.payment.view"),
    "api:transfer": ApiDoor("accounts.payment.view", about="transfer"),
    "api:wallets": ApiDoor("accounts.payment.view", about="client_id"),
    "api:transfer-rate": ApiDoor("accounts.transfer.request", about="conversion"),
    "api:transfer-request": acts(
        "accounts.transfer.request",
        {"from_account": 987654321, "to_wallet": "USD", "amount": "5.00"},
        about="client_id",
        answers=422,
    ),
    "api:transfer-cancel": acts("accounts.transfer.request", WHY, about="transfer"),
    "api:withdrawal-cancel": acts("accounts.withdrawal.request", WHY, about="payment"),
}

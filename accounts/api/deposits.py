"""Deposits: what stands where, where to pay; begun for a client, and taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.actions.deposits import starting
from accounts.api.serializers import (
    CancellationTaken,
    DepositShown,
    DepositsNarrowed,
    DepositTaken,
)
from accounts.permissions import SEE_PAYMENTS, START_DEPOSIT
from accounts.queries import deposits
from accounts.queries.bank.targets import instructions_for
from backoffice.ui.rest.doors import ActDoor, ApiDoor, ListDoor, ReadDoor
from trading.queries import trading_accounts


class DepositDoor(ApiDoor):
    """A door that shows deposits."""

    shows = DepositShown

    def context(self) -> dict[str, Any]:
        """Return how the wire's reference is found."""
        return {"instructions": instructions_for}


class ListDeposits(DepositDoor, ListDoor):
    """Deposits in reach, perhaps of one client or account or in one state, the newest first."""

    permission = SEE_PAYMENTS
    narrows = DepositsNarrowed
    order = ("-id",)

    def context(self) -> dict[str, Any]:
        """Return nothing of wires: a list says where deposits stand, one deposit where to pay."""
        return {"instructions": lambda deposit: None}

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return them."""
        return deposits.narrow(deposits.list_deposits_for(self.user), **narrowed)


class ReadDeposit(DepositDoor, ReadDoor):
    """One deposit: where it stands, where to pay."""

    permission = SEE_PAYMENTS

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return deposits.get_deposit_for(self.user, pk)


class StartDeposit(DepositDoor, ActDoor):
    """Begins a deposit; where to pay is on the deposit a moment later."""

    permission = START_DEPOSIT
    takes = DepositTaken
    answers = 201

    def act(self, data: Mapping[str, Any], operation: UUID) -> Any:
        """Begin it; 404 where the account is absent or out of reach."""
        trading_accounts.require_in_reach(self.user, data["account"], START_DEPOSIT)
        request = starting.Request(
            key=operation, account_id=data["account"], amount=data["amount"],
            method_id=data["method"],
        )  # fmt: skip
        return starting.start_deposit(request=request, actor=self.user.actor, now=self.now)


class CancelDeposit(DepositDoor, ActDoor):
    """Stops a deposit, as long as nothing came."""

    permission = START_DEPOSIT
    takes = CancellationTaken

    def act(self, data: Mapping[str, Any], operation: UUID, pk: int) -> Any:
        """Stop it; 404 where it is absent or out of reach."""
        deposits.require_in_reach(self.user, pk, START_DEPOSIT)
        return starting.cancel_deposit(
            deposit_id=pk, reason=data["reason"], actor=self.user.actor, now=self.now
        )

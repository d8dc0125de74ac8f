"""A client's own transfers, the places between which their money moves, the rate shown before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.calc.client_words import TRANSFER_READS, TRANSFER_SAYS
from accounts.calc.conversion import Rate
from accounts.ledger import balances
from accounts.models import LedgerAccount, Transfer, wording
from accounts.queries.own.stages import Step, steps_of
from accounts.queries.transfers import funds, rates
from accounts.states import LedgerKind
from accounts.terms import Transfer as State
from trading.queries import trading_accounts

LATEST = 50
RELATED = ("source_account", "target_account", "source_wallet", "target_wallet")
WAY = ((State.REQUESTED,), (State.APPROVED, State.IN_TRANSIT), (State.DONE,))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlace:
    """Where a client's money lies: an account by its number, or their wallet in a currency."""

    value: str
    label: str
    currency: str
    account_id: int | None = None
    server_id: int | None = None
    is_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTransfer:
    """A transfer as its client sees it."""

    transfer: Transfer
    words: str
    steps: tuple[Step, ...]
    source: str
    target: str
    says: str
    may_cancel: bool


def places_of(client: Any) -> dict[str, OwnPlace]:
    """Return the client's open accounts, and a wallet in each of their currencies."""
    accounts = [
        one
        for one in trading_accounts.list_accounts_of(client.pk)
        if one.enabled and not one.closed_on_server and not one.is_demo
    ]
    found = [_account(one) for one in accounts]
    held = {one.currency: one for one in _wallets(client.pk)}
    currencies = sorted({one.currency for one in accounts} | set(held))
    found += [_wallet(currency, held.get(currency)) for currency in currencies]
    return {one.value: one for one in found}


def list_transfers_of(client_id: int) -> QuerySet[Transfer]:
    """Return the transfers that a client asked for, or staff for them, the newest first."""
    rows = Transfer.objects.filter(client_id=client_id).select_related(*RELATED)
    return rows.order_by("-id")[:LATEST]


def get_transfer_of(client_id: int, pk: int) -> OwnTransfer:
    """Return one of the client's own transfers; Http404 for any other, as if there were none."""
    rows = Transfer.objects.filter(client_id=client_id).select_related(*RELATED)
    transfer = get_object_or_404(rows, pk=pk)
    is_own = transfer.to_client_id == client_id
    return OwnTransfer(
        transfer=transfer,
        words=_(TRANSFER_READS[transfer.state]),
        steps=steps_of(WAY, State(transfer.state), TRANSFER_READS),
        source=_side(transfer.source_account, transfer.currency),
        target=_side(transfer.target_account, transfer.target_currency)
        if is_own
        else _("another client"),
        says=_(TRANSFER_SAYS[transfer.state]) if transfer.state in TRANSFER_SAYS else "",
        may_cancel=transfer.state in (State.REQUESTED, State.APPROVED),
    )


def rate_between(client: Any, source: OwnPlace, target: OwnPlace, *, now: datetime) -> Rate:
    """Return the rate at which a transfer would go now; NoRate where there is none."""
    servers = [one.server_id for one in (source, target) if one.server_id is not None]
    rules = funds.rules_for(client.legal_entity_id, now)
    return rates.rate_now(
        source.currency, target.currency, server_ids=servers, rules=rules, now=now
    )


def _account(account: Any) -> OwnPlace:
    balance = wording.money(account.balance, account.currency)
    return OwnPlace(
        value=f"account:{account.pk}",
        label=f"{account.login} · {balance}",
        currency=account.currency,
        account_id=account.pk,
        server_id=account.server_id,
    )


def _wallet(currency: str, wallet: LedgerAccount | None) -> OwnPlace:
    posted = Decimal(0) if wallet is None else balances.of(wallet).available
    balance = wording.money(posted, currency)
    return OwnPlace(
        value=f"wallet:{currency}",
        label=_("Wallet · %(balance)s") % {"balance": balance},
        currency=currency,
        is_empty=posted <= 0,
    )


def _wallets(client_id: int) -> QuerySet[LedgerAccount]:
    return LedgerAccount.objects.filter(kind=LedgerKind.CLIENT_WALLET, client_id=client_id)


def _side(account: Any, currency: str) -> str:
    if account is not None:
        return str(account.login)
    return _("wallet %(currency)s") % {"currency": currency}


def place_of(place: OwnPlace) -> Mapping[str, Any]:
    """Return a place as the action takes it."""
    if place.account_id is not None:
        return {"account_id": place.account_id}
    return {"wallet": place.currency}

"""A transfer to another client on the house's engine: asked for, voted on, let go or rejected.

PostgreSQL lets one pass by a complete approval of exactly this money only (migration 0025).
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.transfers import requesting, steps
from accounts.events import TransferCancelled, TransferRejected
from accounts.models import Transfer
from accounts.permissions import DECIDE_TRANSFER, REQUEST_TRANSFER, SEE_PAYMENTS
from accounts.queries.disputes import rows
from accounts.queries.transfers import funds
from accounts.terms import Transfer as State
from backoffice.approvals import terms
from backoffice.approvals.actions import asking, closing
from backoffice.approvals.states import LIVE, Standing
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import locks
from backoffice.core.actors import Actor, Origin
from backoffice.core.errors import Rejected
from backoffice.core.words import noop
from crm.queries import known
from trading.queries import money

KIND = "accounts.transfer"
#: Whoever lets it go when everybody agreed: the votes are with the request.
ENGINE = Actor.system("approvals")


def ask(transfer: Transfer, *, actor: Actor, origin: Origin, now: datetime) -> None:
    """Ask for the approval of a transfer that was just written."""
    wish = Wish(
        key=transfer.key,
        kind=KIND,
        subject=("transfer", transfer.pk),
        payload=payload_of(transfer),
        reason=transfer.note or _("Transfer to another client"),
        client_id=transfer.client_id,
        amount=steps.sent(transfer)["amount"],
        currency=transfer.currency,
    )
    request = asking.ask(wish=wish, actor=actor, origin=origin, now=now)
    transfer.approval_id = request.pk
    transfer.save(update_fields=["approval_id"])


def withdraw(transfer: Transfer, reason: str, *, actor: Actor, now: datetime) -> None:
    """Close its request, where one stands; the caller's own event tells."""
    if transfer.approval_id is None:
        return
    request = closing.locked(transfer.approval_id)
    if request.state in LIVE:
        closing.close_quietly(request, "void", reason, actor=actor, now=now)


def payload_of(transfer: Transfer) -> dict[str, Any]:
    """Return exactly what is asked for."""
    return {
        "transfer": str(transfer.pk),
        "client": str(transfer.client_id),
        "to_client": str(transfer.to_client_id),
        "source": _place(transfer.source_account_id, transfer.source_wallet_id),
        "target": _place(transfer.target_account_id, transfer.target_wallet_id),
        "amount": str(steps.sent(transfer)["amount"]),
        "currency": transfer.currency,
        "target_currency": transfer.target_currency,
        "requested_by": transfer.requested_by,
    }


def facts(payload: Payload) -> Payload:
    """Return what it hangs on: who both are, what is disputed, whether the target takes money."""
    giver, taker = (known.get_client(int(payload[name])) for name in ("client", "to_client"))
    return {
        "giver_kyc_level": "" if giver is None else str(giver.kyc_level),
        "giver_status": "" if giver is None else str(giver.status),
        "taker_status": "" if taker is None else str(taker.status),
        "target_is_open": _is_open(str(payload["target"])),
        "giver_disputes": str(rows.count_open(int(payload["client"]))),
    }


def describe(payload: Payload) -> Words:
    """Tell it in words. Staff see both names; whoever sends never sees the other's."""
    giver, taker = (known.get_client(int(payload[name])) for name in ("client", "to_client"))
    return [
        (_("Transfer"), f"T{payload['transfer']}"),
        (_("Amount"), f"{payload['amount']} {payload['currency']}"),
        (_("From"), giver.full_name if giver is not None else str(payload["client"])),
        (_("From account"), _told(str(payload["source"]))),
        (_("To"), taker.full_name if taker is not None else str(payload["to_client"])),
        (_("To account"), _told(str(payload["target"]))),
    ]


def ready(payload: Payload, *, request_id: int, actor: Actor, now: datetime) -> None:
    """Everybody agreed: fix the rate and let it go. Rejected when it is no longer asked for."""
    transfer = _locked(request_id)
    if transfer is None or transfer.state != State.REQUESTED:
        raise Rejected(_("This transfer is not asked for any more."))
    rules = funds.rules_for(transfer.legal_entity_id, now)
    rate = requesting.rate_for(transfer, rules, now)
    requesting.approve(transfer, rate, by=ENGINE, actor=actor, now=now)


def ended(
    payload: Payload, *, request_id: int, state: str, reason: str, actor: Actor, now: datetime
) -> None:
    """It ended without agreement: the hold is released."""
    transfer = _locked(request_id)
    if transfer is None or transfer.state != State.REQUESTED:
        return
    words = reason or _("nobody agreed")
    event: TransferCancelled | TransferRejected
    if Standing(state) is Standing.CANCELLED:
        steps.move(transfer, "cancel")
        transfer.cancelled_by, transfer.cancel_reason = str(actor), words
        event = TransferCancelled(transfer_id=transfer.pk, reason=words)
    else:
        steps.move(transfer, "reject")
        transfer.rejected_by, transfer.reject_reason = str(actor), words
        event = TransferRejected(transfer_id=transfer.pk, reason=words)
    transfer.closed_at = now
    steps.release(transfer, actor=actor, now=now)
    transfer.save()
    steps.emit(transfer, event, actor=actor, now=now)


def register() -> None:
    """Make the kind known; the engine's own pages show it and take the votes."""
    terms.register(
        Kind(
            code=KIND,
            label=noop("Transfer to another client"),
            asks=REQUEST_TRANSFER,
            decides=DECIDE_TRANSFER,
            sees=SEE_PAYMENTS,
            describe=describe,
            facts=facts,
            execute=ready,
            ended=ended,
            in_reach=known.requests_in_reach,
            has_amount=True,
        )
    )


def _locked(request_id: int) -> Transfer | None:
    rows = Transfer.objects.select_related(*steps.WHOLE).filter(approval_id=request_id)
    return locks.rows(rows).first()


def _place(account_id: int | None, wallet_id: int | None) -> str:
    return f"account:{account_id}" if account_id is not None else f"wallet:{wallet_id}"


def _is_open(place: str) -> bool:
    kind, _sign, key = place.partition(":")
    account = money.account_money(int(key)) if kind == "account" else None
    takes = account is not None and account.is_open and not account.is_demo
    return kind == "wallet" or takes


def _told(place: str) -> str:
    kind, _sign, key = place.partition(":")
    if kind == "wallet":
        return _("wallet")
    account = money.account_money(int(key))
    return key if account is None else f"{account.login} · {account.server}"

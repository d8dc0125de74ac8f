"""An adjustment on the house's two-person engine: asked for, agreed to, ended without agreement."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.adjusting import carrying, steps
from accounts.events import AdjustmentClosed
from accounts.models import Adjustment, wording
from accounts.permissions import ASK_ADJUSTMENT, DECIDE_ADJUSTMENT, HANDLE_DISPUTES, SEE_PAYMENTS
from accounts.terms.adjustments import CAUSE_LABELS, KIND_LABELS, AdjustmentKind
from accounts.terms.adjustments import Adjustment as State
from backoffice.approvals import terms
from backoffice.approvals.actions import asking
from backoffice.approvals.states import Standing
from backoffice.approvals.terms import Kind, Payload, Wish, Words
from backoffice.core import locks
from backoffice.core.actors import Actor, Origin
from backoffice.core.money import rounded
from backoffice.core.words import noop
from crm.queries import known
from trading.queries import money
from trading.queries.money import AccountMoney

CORRECTION = "accounts.correction"
CREDIT = "accounts.credit"
REVERSAL = "accounts.reversal"
CHARGEBACK = "accounts.chargeback"
KINDS: dict[str, str] = {
    AdjustmentKind.CORRECTION: CORRECTION,
    AdjustmentKind.CREDIT_IN: CREDIT,
    AdjustmentKind.CREDIT_OUT: CREDIT,
    AdjustmentKind.REVERSAL: REVERSAL,
    AdjustmentKind.CHARGEBACK: CHARGEBACK,
}
#: How an end without agreement is called at the adjustment.
ENDS = {
    Standing.REFUSED: "reject",
    Standing.CANCELLED: "cancel",
    Standing.EXPIRED: "expire",
    Standing.VOIDED: "void",
}


def ask(adjustment: Adjustment, *, actor: Actor, origin: Origin, now: datetime) -> None:
    """Ask for its approval; the adjustment names the request."""
    account = money.account_money(adjustment.account_id)
    wish = Wish(
        key=adjustment.key,
        kind=KINDS[adjustment.kind],
        subject=("adjustment", adjustment.pk),
        payload=payload_of(adjustment),
        reason=adjustment.reason,
        client_id=adjustment.client_id,
        amount=rounded(abs(adjustment.amount), adjustment.currency),
        currency=adjustment.currency,
        picture=_picture(account),
    )
    request = asking.ask(wish=wish, actor=actor, origin=origin, now=now)
    adjustment.approval_id = request.pk
    adjustment.save(update_fields=["approval"])


def payload_of(adjustment: Adjustment) -> dict[str, Any]:
    """Return what is agreed to, word for word."""
    ends_at, ticket = adjustment.ends_at, adjustment.reverses_ticket
    return {
        "adjustment": adjustment.pk,
        "kind": str(adjustment.kind),
        "client": adjustment.client_id,
        "account": adjustment.account_id,
        "amount": rounded(adjustment.amount, adjustment.currency),
        "currency": adjustment.currency,
        "cause": str(adjustment.cause),
        "ends_at": ends_at.isoformat() if ends_at is not None else "",
        "reverses": "" if ticket is None else str(ticket),
    }


def facts(payload: Payload) -> Payload:
    """Return what it hangs on beside its amounts, which are looked at once more when it is sent."""
    account = money.account_money(int(payload["account"]))
    is_same = account is not None and account.client_id == int(payload["client"])
    return {
        "account_is_the_client_s": is_same,
        "account_is_open": account is not None and account.is_open,
    }


def describe(payload: Payload) -> Words:
    """Tell an adjustment in words, with what the account has before and after it."""
    client = known.get_client(int(payload["client"]))
    account = money.account_money(int(payload["account"]))
    words = [
        (_("Adjustment"), f"A{payload['adjustment']}"),
        (_("What"), _(KIND_LABELS[payload["kind"]])),
        (_("Amount"), f"{payload['amount']} {payload['currency']}"),
        (_("Why"), _(CAUSE_LABELS[payload["cause"]])),
        (_("Client"), client.full_name if client is not None else str(payload["client"])),
        (_("Account"), str(account.login) if account is not None else str(payload["account"])),
    ]
    if payload["ends_at"]:
        words.append((_("Given until"), f"{payload['ends_at'][:16].replace('T', ' ')} UTC"))
    if payload["reverses"]:
        words.append((_("Undoes record"), str(payload["reverses"])))
    if account is not None:
        words.extend(carrying.foresight(account, payload["kind"], payload["amount"]))
    return words


def ended(
    payload: Payload, *, request_id: int, state: str, reason: str, actor: Actor, now: datetime
) -> None:
    """It ended without agreement: the adjustment is closed with the reason."""
    rows = Adjustment.objects.select_related("reservation").filter(approval_id=request_id)
    adjustment = locks.rows(rows).first()
    if adjustment is None or adjustment.state != State.REQUESTED:
        return
    steps.move(adjustment, ENDS[Standing(state)])
    steps.close(adjustment, reason, actor=actor, now=now)
    adjustment.save()
    event = AdjustmentClosed(
        adjustment_id=adjustment.pk, state=str(adjustment.state), reason=adjustment.closed_because
    )
    steps.emit(adjustment, event, actor=actor, now=now)


def register() -> None:
    """Make the kinds known."""
    labels = {
        CORRECTION: noop("Balance correction"),
        CREDIT: noop("Credit in or out"),
        REVERSAL: noop("Reversal of a balance operation"),
        CHARGEBACK: noop("Debit of a lost dispute"),
    }
    for code, label in labels.items():
        terms.register(
            Kind(
                code=code,
                label=label,
                asks=HANDLE_DISPUTES if code == CHARGEBACK else ASK_ADJUSTMENT,
                decides=DECIDE_ADJUSTMENT,
                sees=SEE_PAYMENTS,
                describe=describe,
                facts=facts,
                execute=carrying.ready,
                ended=ended,
                in_reach=known.requests_in_reach,
                has_amount=True,
            )
        )


def _picture(account: AccountMoney | None) -> dict[str, str]:
    """Return what the account had when it was asked for, as the request keeps it."""
    if account is None:
        return {}
    free = account.free_margin
    return {
        "balance": wording.money(account.balance, account.currency),
        "credit": wording.money(account.credit, account.currency),
        "free_margin": "" if free is None else wording.money(free, account.currency),
    }

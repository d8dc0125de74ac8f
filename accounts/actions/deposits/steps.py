"""Steps that every act on a deposit takes: lock it, see who acts, move it, post, tell of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.actions import chart
from accounts.actions.steps import (
    NoReason,
    NotAllowed,
    NotPossible,
    require_another,
    require_reason,
)
from accounts.calc.deposit_rules import Rules, rules_of
from accounts.ledger import book
from accounts.models import Deposit, DepositOperation
from accounts.states import LedgerKind
from accounts.terms import DEPOSIT, ENDED_WITHOUT, RECEIVED_ONCE
from accounts.terms import Deposit as State
from backoffice.approvals.actions import refusals
from backoffice.approvals.actions.refusals import SamePerson
from backoffice.company.queries.policies import policy_in_force
from backoffice.core import access, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.events import Event
from backoffice.core.money import rounded
from backoffice.core.states import IllegalMove
from backoffice.identity.queries import people
from trading.actions import balance
from trading.queries import money, operations
from trading.queries.operations import OperationView
from trading.terms import BalanceKind

#: The policy: {"cap_without_kyc": {"USD": "2000", "JPY": "300000"}, "over_cap": "park",
#: "review_from": "10000"}; an amount is one for all currencies, or a table by currency.
POLICY = "deposits"
NOTHING = Decimal(0)
__all__ = [
    "NoReason",
    "NotAllowed",
    "NotPossible",
    "SamePerson",
    "require_another",
    "require_reason",
]


def locked(deposit_id: int) -> Deposit:
    """Return the deposit, its row locked."""
    deposits = Deposit.objects.select_related("method", "client")
    return locks.rows(deposits.filter(pk=deposit_id)).get()


def require_right(actor: Actor, permission: object, deposit: Deposit) -> None:
    """Raise NotAllowed unless the actor's right reaches this deposit."""
    if not has_right(actor, permission, deposit):
        raise NotAllowed(_("You may not do this with this deposit."))


def has_right(actor: Actor, permission: object, deposit: Deposit) -> bool:
    """Say whether the actor is an active user whose right reaches the deposit now."""
    user = people.find_acting(actor)
    return user is not None and access.reaches(deposit, user, permission)


def move(deposit: Deposit, verb: str) -> None:
    """Make a move of the workflow; NotPossible when the table does not allow it."""
    try:
        deposit.state = DEPOSIT.after(deposit.state, verb)
    except IllegalMove as error:
        sentence = _("Deposit %(number)s is %(state)s by now: this is not possible any more.")
        told = {"number": deposit, "state": deposit.get_state_display()}
        raise NotPossible(sentence % told) from error


def may(deposit: Deposit, verb: str) -> bool:
    """Say whether the table allows a verb now."""
    return (State(deposit.state), verb) in DEPOSIT.moves


def emit(deposit: Deposit, event: Event, *, actor: Actor, now: datetime) -> None:
    """Announce something about a deposit: to its own log, its client's, its account's."""
    subjects: list[tuple[str, int | str]] = [
        ("deposit", deposit.pk),
        ("client", deposit.client_id),
        ("account", deposit.account_id),
    ]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def came(deposit: Deposit) -> dict[str, Any]:
    """Return the fields by which an event says which deposit, and how much came."""
    currency = deposit.received_currency
    amount = rounded(deposit.received_amount or NOTHING, currency)
    return {"deposit_id": deposit.pk, "amount": amount, "currency": currency}


def clear_doubt(deposit: Deposit) -> None:
    """It is known again what MetaTrader did; the caller saves."""
    deposit.uncertain_since, deposit.uncertain_words = None, ""
    deposit.needs_person, deposit.settling_by = False, ""


def rules_for(legal_entity_id: int, now: datetime) -> Rules:
    """Return the rules in force for deposits of a legal entity."""
    policy = policy_in_force(POLICY, at=now, legal_entity_id=legal_entity_id)
    return rules_of(policy.value if policy is not None else {})


def paid_in(client_id: int, currency: str, *, but: int = 0) -> Decimal:
    """Return what a client paid in, or is about to, by deposits of ours in one currency."""
    rows = Deposit.objects.filter(client_id=client_id).exclude(pk=but)
    got = rows.filter(state__in=RECEIVED_ONCE, received_currency=currency)
    got = got.exclude(state=State.RETURNED)
    open_ = rows.filter(currency=currency).exclude(
        state__in=[*RECEIVED_ONCE, *ENDED_WITHOUT, State.PARKED]
    )
    return _sum(got, "received_amount") + _sum(open_, "asked_amount")


def is_booked(deposit: Deposit) -> bool:
    """Say whether our mirror shows a record of the deposit in MetaTrader, whatever was answered."""
    mirror = money.mirror_money(deposit.account_id)
    keys = set(DepositOperation.objects.filter(deposit=deposit).values_list("key", flat=True))
    return mirror is not None and any(one.key in keys for one in mirror.records)


def post(
    deposit: Deposit,
    what: str,
    debit: tuple[LedgerKind, Decimal],
    credit: LedgerKind,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Post an amount of what came from one account of the house to another; nothing of nothing."""
    kind, amount = debit
    if not amount:
        return
    lines = [
        book.Line(account=_account(deposit, kind, now), amount=amount),
        book.Line(account=_account(deposit, credit, now), amount=-amount),
    ]
    book.post(act=act_of(deposit, what, actor, now), lines=lines)


def in_transit(deposit: Deposit, now: datetime) -> Any:
    """Return the account of the books on which it stands until MetaTrader has it."""
    return _account(deposit, LedgerKind.IN_TRANSIT, now)


def act_of(deposit: Deposit, what: str, actor: Actor, now: datetime) -> book.Act:
    """Return what an entry about this deposit tells of itself; each happens once."""
    reference = f"deposit:{deposit.pk}"
    return chart.act_of(
        f"{reference}:{what}", purpose="deposit", reference=reference, actor=actor, now=now
    )


def newest_operation(deposit: Deposit) -> OperationView | None:
    """Return the newest operation that is not over, or None: then one may be planned."""
    link = DepositOperation.objects.filter(deposit=deposit).order_by("-id").first()
    found = operations.get_operation(link.key) if link is not None else None
    return found if found is not None and found.state not in operations.OVER else None


def plan(deposit: Deposit, *, actor: Actor, now: datetime) -> int:
    """Plan the credit in MetaTrader, under a key of its own; return the operation's number."""
    key = uuid4()
    operation = balance.plan_operation(
        key=key,
        account_id=deposit.account_id,
        kind=BalanceKind.BALANCE,
        amount=rounded(deposit.credit_amount or NOTHING, deposit.currency),
        actor=actor,
        now=now,
    )
    # What a rule stopped is planned by a complete approval only: the row's own trigger looks.
    with refusals.spoken():
        DepositOperation.objects.create(
            deposit=deposit, key=key, operation_id=operation.pk, planned_at=now
        )
    return operation.pk


def _account(deposit: Deposit, kind: LedgerKind, now: datetime) -> Any:
    of = {"payment_method_id": deposit.method_id} if kind is LedgerKind.METHOD_CLEARING else {}
    return chart.account_of(
        kind,
        legal_entity_id=deposit.legal_entity_id,
        currency=deposit.received_currency,
        now=now,
        **of,
    )


def _sum(rows: Any, name: str) -> Decimal:
    return rows.aggregate(total=Sum(name))["total"] or NOTHING

"""The one way money enters or leaves MetaTrader: written down, sent once an attempt, answered.

An operation is planned in the transaction that decides it. Sending is two transactions around one
call: the attempt with its deadline is on disk before a byte leaves, the answer is recorded after.
Whoever dies in between leaves an attempt in SENDING, which `looking_up` settles: nothing is ever
repeated because an answer is missing.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import compiled, outbox
from backoffice.core.actors import Actor
from backoffice.core.compiled import Question
from backoffice.core.errors import Conflict, Later, Rejected
from backoffice.core.money import is_exact
from trading.actions import verdicts
from trading.actions.gateways import gateway_of
from trading.calc.marking import marker
from trading.events import OperationPlanned
from trading.gateway.errors import NotSent, Refused, Unavailable, Uncertain
from trading.gateway.port import Gateway
from trading.models import BalanceAttempt, BalanceOperation, SendingTerms, TradingAccount
from trading.states import OPERATION, Operation
from trading.terms import BalanceKind, Done, Passage, ServerInfo

MOST_ATTEMPTS = 20
BY_KEY = Question(lambda key: BalanceOperation.objects.filter(key=key), UUID)
ACCOUNT = Question(
    lambda number: TradingAccount.objects.filter(pk=number).only(
        "login", "currency", "client_id", "server_id"
    ),
    int,
)
PLANNED = Question(
    lambda number: BalanceOperation.objects.filter(pk=number).select_related("account__server"),
    int,
)
BEYOND_CENTS = Decimal(10) ** 13  # from here a double no longer tells every cent apart for certain


class NotSendable(Rejected):
    """The amount cannot be carried to MetaTrader exactly, or is nothing."""


class NoSendingTerms(Later):
    """Nobody has measured how long things take on this server, so no money is sent there."""


class NotReachable(Later):
    """The agent or its MetaTrader does not answer; nothing was begun."""


def plan_operation(
    *,
    key: UUID,
    account_id: int,
    kind: BalanceKind,
    amount: Decimal,
    expires_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> BalanceOperation:
    """Write an operation down, in the caller's transaction, and return it; nothing is sent yet.

    The key makes it one: the same key with another content is a Conflict. `expires_at` is the value
    date of a credit that is given, and of nothing else; NotSendable without one, or for a past one.
    """
    known = BY_KEY.first(key)
    if known is not None:
        return _same(known, account_id, kind, amount)
    _require_value_date(kind, amount, expires_at, now)
    account = ACCOUNT.one(account_id)
    if amount == 0 or not is_exact(amount, account.currency) or abs(amount) >= BEYOND_CENTS:
        sentence = _("%(amount)s %(currency)s is not an amount that MetaTrader can book.")
        raise NotSendable(sentence % {"amount": amount, "currency": account.currency})
    with transaction.atomic(savepoint=False):
        operation = compiled.add(
            BalanceOperation(
                key=key,
                marker=marker.marker_of(key),
                account=account,
                kind=kind,
                amount=amount,
                currency=account.currency,
                expires_at=expires_at,
                created_by=str(actor),
                created_at=now,
                changed_at=now,
            )
        )
        planned = OperationPlanned(
            **verdicts.names(operation), **verdicts.money(operation), login=account.login
        )
        outbox.emit(planned, actor=actor, subjects=verdicts.subjects(operation), now=now)
    return operation


def send_operation(*, operation_id: int, actor: Actor, now: datetime) -> Operation:
    """Carry a planned operation into MetaTrader, as a new attempt; return the state after it.

    Call it with no transaction open. NotReachable and NoSendingTerms come before anything is begun.
    After that every answer, and the lack of one, is a state. Where we may not write on the server,
    it is handed to a person (`by_hand`) and nothing is sent.
    """
    operation = PLANNED.one(operation_id)
    if operation.account.server.is_by_hand:
        return verdicts.asked_by_hand(operation_id=operation_id, actor=actor, now=now)
    if operation.attempts >= MOST_ATTEMPTS:
        words = f"It was tried {operation.attempts} times"
        return verdicts.handed_over(operation=operation, words=words, actor=actor, now=now)
    gateway = gateway_of(operation.account.server)
    attempt = _begin(operation_id=operation_id, info=_asked(gateway), now=now)
    try:
        done = _told(gateway, attempt)
    except Refused as answer:
        return verdicts.refused(attempt=attempt, answer=answer, actor=actor, now=now)
    except NotSent as answer:
        return verdicts.not_sent(attempt=attempt, answer=answer, actor=actor, now=now)
    except Uncertain as answer:
        return verdicts.lost(attempt=attempt, words=str(answer), actor=actor, now=now)
    return verdicts.confirmed(
        attempt=attempt, ticket=done.ticket, code=done.code, actor=actor, now=now
    )


def terms_of(operation: BalanceOperation) -> SendingTerms:
    """Return the sending terms of the operation's server; NoSendingTerms when none are set."""
    server = operation.account.server
    terms: SendingTerms | None = getattr(server, "sending_terms", None)
    if terms is None:
        sentence = _("No money is sent to %(server)s before its sending terms are set.")
        raise NoSendingTerms(sentence % {"server": server.code})
    return terms


def _asked(gateway: Gateway) -> ServerInfo:
    """Ask something harmless first: an outage then uses up no attempt, and nothing is unclear."""
    try:
        info = gateway.server_info()
    except Unavailable as silence:
        raise NotReachable(str(silence)) from silence
    if info.clock_error_ms is None:
        raise NotReachable(_("The agent does not know its own clock, so it sends no money."))
    return info


@transaction.atomic(durable=True)
def _begin(*, operation_id: int, info: ServerInfo, now: datetime) -> BalanceAttempt:
    """Write the next attempt down before anything leaves: the guard, the number, the deadline."""
    operation = verdicts.locked(operation_id)
    operation.state = OPERATION.after(operation.state, "send")
    operation.attempts += 1
    operation.deadline_at = now + timedelta(milliseconds=terms_of(operation).deadline_ms)
    operation.changed_at = now
    compiled.change(operation, "state", "attempts", "deadline_at", "changed_at")
    return compiled.add(
        BalanceAttempt(
            operation=operation,
            number=operation.attempts,
            deadline_at=operation.deadline_at,
            begun_at=now,
            journal_id=info.journal_id,
        )
    )


def _told(gateway: Gateway, attempt: BalanceAttempt) -> Done:
    operation = attempt.operation
    before = None
    if attempt.number > 1:
        earlier = BalanceAttempt.objects.filter(operation=operation, number=attempt.number - 1)
        before = earlier.first()
    return gateway.change_balance(
        passage=Passage(
            marker=operation.marker,
            attempt=attempt.number,
            deadline=attempt.deadline_at,
            absence_evidence=str(before.absence) if before is not None else "",
        ),
        login=operation.account.login,
        kind=BalanceKind(operation.kind),
        amount=operation.amount,
        comment=operation.marker,
        expires_at=operation.expires_at,
    )


def _require_value_date(
    kind: BalanceKind, amount: Decimal, expires_at: datetime | None, now: datetime
) -> None:
    """Raise where MetaTrader would answer "invalid data" (reference/money.md, 1.1)."""
    is_given = kind is BalanceKind.CREDIT and amount > 0
    if is_given and (expires_at is None or expires_at <= now):
        raise NotSendable(_("A credit is given until a day that is still to come."))
    if not is_given and expires_at is not None:
        raise NotSendable(_("Only a credit that is given has a value date."))


def _same(
    known: BalanceOperation, account_id: int, kind: BalanceKind, amount: Decimal
) -> BalanceOperation:
    if (known.account_id, known.kind, known.amount) != (account_id, str(kind), amount):
        raise Conflict(_("This key was used for another operation."))
    return known

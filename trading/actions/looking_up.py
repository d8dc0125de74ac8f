"""Settles what nobody answered: find the record by its marker, or prove that it cannot be there.

Absence counts only when the attempt was closed at the gate (no byte of it can leave any more), the
connection was renewed after it, the settle time has passed, and two searches a visibility lag apart
both found nothing. The rule and its reasons: docs/decisions/0005-send-gate.md.

A comment can be cut or edited, so a search by marker alone would miss our own record and pay twice:
a record of the same account and amount that nothing else explains goes to a person.
"""

from datetime import datetime, timedelta

from django.db import transaction

from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from trading.actions import verdicts
from trading.actions.balance import terms_of
from trading.actions.gateways import gateway_of
from trading.calc.marking import marker
from trading.gateway.errors import GatewayError
from trading.gateway.port import Gateway
from trading.models import BalanceAttempt, BalanceOperation, BalanceRecord, SendingTerms
from trading.states import Operation
from trading.terms import BalanceKind, Cmd, ServerInfo, TradeRecord

GRACE = timedelta(seconds=10)  # whoever sends may still be about to record the answer
AROUND = timedelta(days=1)


class StillUnknown(Later):
    """Neither found nor proved absent; look again later."""


def look_up(*, operation_id: int, actor: Actor, now: datetime) -> Operation:
    """Settle an operation without an answer as far as it can be; return the state afterwards.

    Call it with no transaction open. StillUnknown while the settle time runs, or the
    agent is silent.
    """
    operation = BalanceOperation.objects.select_related("account__server").get(pk=operation_id)
    attempt = BalanceAttempt.objects.filter(operation=operation).order_by("-number").first()
    if attempt is None or operation.state not in (Operation.SENDING, Operation.UNCERTAIN):
        return Operation(operation.state)
    if not attempt.ending:
        if now <= attempt.deadline_at + GRACE:
            raise StillUnknown("The attempt may still be under way")
        verdicts.silent(attempt=attempt, actor=actor, now=now)
    gateway = gateway_of(operation.account.server)
    try:
        return _settle(gateway, operation, attempt, actor, now)
    except GatewayError as silence:
        raise StillUnknown(f"The agent did not help: {silence}") from silence


def _settle(
    gateway: Gateway,
    operation: BalanceOperation,
    attempt: BalanceAttempt,
    actor: Actor,
    now: datetime,
) -> Operation:
    close(gateway, operation, attempt, now)
    records = search(gateway, operation, now)
    if records:
        return _found(operation, attempt, records, actor, now)
    return _nothing(gateway, operation, attempt, actor, now)


def close(
    gateway: Gateway, operation: BalanceOperation, attempt: BalanceAttempt, now: datetime
) -> None:
    """Close the attempt at the gate for ever, once: no byte of it can leave from then on."""
    if attempt.closed_at is None:
        gateway.close_attempt(
            login=operation.account.login, marker=operation.marker, attempt=attempt.number
        )
        _mark(attempt, "closed_at", now)


def search(gateway: Gateway, operation: BalanceOperation, now: datetime) -> tuple[TradeRecord, ...]:
    """Return the records that carry the operation's marker, on any login of the server."""
    return gateway.find_marker(
        login=operation.account.login,
        marker=operation.marker,
        start=operation.created_at - AROUND,
        end=now + AROUND,
    )


def _found(
    operation: BalanceOperation,
    attempt: BalanceAttempt,
    records: tuple[TradeRecord, ...],
    actor: Actor,
    now: datetime,
) -> Operation:
    record = records[0]
    if len(records) > 1:
        tickets = ", ".join(str(found.ticket) for found in records)
        words = f"{len(records)} records carry its marker: {tickets}"
        return verdicts.handed_over(operation=operation, words=words, actor=actor, now=now)
    if not is_it(operation, record):
        words = f"Record {record.ticket} carries its marker and says something else"
        return verdicts.handed_over(operation=operation, words=words, actor=actor, now=now)
    return verdicts.confirmed(
        attempt=attempt, ticket=record.ticket, code=None, actor=actor, now=now
    )


def _nothing(
    gateway: Gateway,
    operation: BalanceOperation,
    attempt: BalanceAttempt,
    actor: Actor,
    now: datetime,
) -> Operation:
    terms = terms_of(operation)
    if now <= settled_at(attempt, terms):
        raise StillUnknown("The settle time has not passed")
    info = gateway.server_info()
    if info.journal_id != attempt.journal_id:
        words = "The agent's journal is another one than when the attempt was begun"
        return verdicts.handed_over(operation=operation, words=words, actor=actor, now=now)
    if (alike := _alike(gateway, operation, now)) is not None:
        if alike.comment.startswith(operation.marker):  # it showed up after the search
            return _found(operation, attempt, (alike,), actor, now)
        words = (
            f"Record {alike.ticket} has its amount and a comment that nothing explains: "
            f"{alike.comment!r}"
        )
        return verdicts.handed_over(operation=operation, words=words, actor=actor, now=now)
    if attempt.first_looked_at is None:
        _mark(attempt, "first_looked_at", now)
        raise StillUnknown("Nothing found; it is looked for once more")
    if now - attempt.first_looked_at < timedelta(milliseconds=terms.visibility_lag_ms):
        raise StillUnknown("Nothing found; too soon for the second search")
    facts = _facts(attempt, info, terms, now)
    words = "Closed, settled, and twice not found"
    return verdicts.absent(attempt=attempt, facts=facts, words=words, actor=actor, now=now)


def is_it(operation: BalanceOperation, record: TradeRecord) -> bool:
    """Say whether a record is exactly what the operation asked for: login, pocket, amount."""
    asked = (operation.account.login, pocket_of(operation), operation.amount)
    return (record.login, record.cmd, record.profit) == asked


def pocket_of(operation: BalanceOperation) -> Cmd:
    """Return the command under which MetaTrader keeps a record of this operation."""
    return Cmd.CREDIT if operation.kind == BalanceKind.CREDIT else Cmd.BALANCE


def _alike(gateway: Gateway, operation: BalanceOperation, now: datetime) -> TradeRecord | None:
    """Return a record that may be the operation's own under a comment that was cut or edited.

    What the mirror held before the operation was planned cannot be it, nor what carries the whole
    marker of another operation of ours.
    """
    start = operation.created_at - AROUND
    login = operation.account.login
    records = gateway.history(login=login, start=start, end=now + AROUND)
    alike = [record for record in records if is_it(operation, record)]
    if not alike:
        return None
    before = BalanceRecord.objects.filter(
        account_id=operation.account_id, mirrored_at__lt=operation.created_at
    )
    known = set(before.filter(recorded_at__gte=start - AROUND).values_list("ticket", flat=True))
    marks = BalanceOperation.objects.filter(account_id=operation.account_id)
    others = set(marks.exclude(pk=operation.pk).values_list("marker", flat=True))
    return next(
        (
            record
            for record in alike
            if record.ticket not in known and marker.read(record.comment) not in others
        ),
        None,
    )


def settled_at(attempt: BalanceAttempt, terms: SendingTerms) -> datetime:
    """Return the moment after which a record that is not there will not come any more."""
    last = max(attempt.deadline_at, attempt.closed_at or attempt.deadline_at)
    milliseconds = terms.transport_delay_ms + terms.clock_skew_ms + terms.visibility_lag_ms
    return last + timedelta(milliseconds=milliseconds)


def _facts(
    attempt: BalanceAttempt, info: ServerInfo, terms: SendingTerms, now: datetime
) -> dict[str, object]:
    return {
        "answer": "searched",
        "deadline_at": attempt.deadline_at.isoformat(),
        "closed_at": attempt.closed_at.isoformat() if attempt.closed_at else None,
        "first_search_at": attempt.first_looked_at.isoformat() if attempt.first_looked_at else None,
        "second_search_at": now.isoformat(),
        "journal_id": info.journal_id,
        "connection": info.connection_number,
        "terms_ms": [
            terms.deadline_ms,
            terms.transport_delay_ms,
            terms.clock_skew_ms,
            terms.visibility_lag_ms,
        ],
    }


def _mark(attempt: BalanceAttempt, field: str, now: datetime) -> None:
    """Keep the moment of one step of the proof."""
    with transaction.atomic():
        verdicts.locked(attempt.operation_id)
        setattr(attempt, field, now)
        attempt.save(update_fields=[field])

"""Ours or not: every noticed change is held against what we asked for; the rest is foreign.

A change while a command of ours about the account is still open waits until that is settled. One
command explains one change: whoever does the same again is not us.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from trading.actions.watching import alerting
from trading.events import ForeignChangeSeen
from trading.models import AccountCommand, BalanceOperation, ServerChange
from trading.queries.watching import words
from trading.states import AccountOrder, AccountVerb, Change, Operation
from trading.terms import MARKER_LENGTH, MARKER_PREFIX

BATCH = 500
#: How long after the answer the mirror may still bring what a command did.
LAG = timedelta(minutes=10)
EXPLAINS: dict[tuple[str, str], AccountVerb] = {
    (Change.ENABLED, "true"): AccountVerb.ENABLE,
    (Change.ENABLED, "false"): AccountVerb.DISABLE,
    (Change.READ_ONLY, "true"): AccountVerb.FORBID,
    (Change.READ_ONLY, "false"): AccountVerb.ALLOW,
    (Change.DELETED, ""): AccountVerb.DELETE,
}
BY_VALUE = {Change.GROUP: AccountVerb.GROUP, Change.LEVERAGE: AccountVerb.LEVERAGE}
OPEN = (AccountOrder.READY, AccountOrder.SENDING, AccountOrder.UNCERTAIN)
#: Whatever carries the marker of one of these may be ours.
WAITING = (Operation.SENDING, Operation.UNCERTAIN, Operation.BY_HAND)
SHOWN = 120


def judge_changes(*, server_id: int, actor: Actor, now: datetime) -> int:
    """Judge what was noticed on a server, in order; return how many were foreign.

    Those that cannot be judged yet are left for the next turn.
    """
    waiting = ServerChange.objects.filter(server_id=server_id, verdict="").order_by("id")
    keys = list(waiting.values_list("id", flat=True)[:BATCH])
    return sum(judge_change(change_id=key, actor=actor, now=now) for key in keys)


@transaction.atomic
def judge_change(*, change_id: int, actor: Actor, now: datetime) -> bool:
    """Judge one change; return whether it is foreign. What still waits is none.

    What only the journal told was sifted when it was written: it is foreign.
    """
    changes = ServerChange.objects.select_related("server", "account")
    change = locks.rows(changes.filter(pk=change_id, verdict="")).first()
    if change is None:
        return False
    if change.line_key is None:
        if _waits(change):
            return False
        if _is_ours(change):
            change.verdict, change.judged_at = ServerChange.OURS, now
            change.save(update_fields=["verdict", "judged_at", "command"])
            return False
    _tell_foreign(change, actor=actor, now=now)
    return True


def shown(change: ServerChange) -> tuple[str, str]:
    """Return before and after as an event may carry them: never a person's data."""
    currency = "" if change.account is None else change.account.currency
    before, after = words.told(change.kind, change.before, change.after, currency=currency)
    return before[:SHOWN], after[:SHOWN]


def _tell_foreign(change: ServerChange, *, actor: Actor, now: datetime) -> None:
    """Say that a change is foreign: on the timelines, and by the rules as an alert."""
    change.verdict, change.judged_at = ServerChange.FOREIGN, now
    change.save(update_fields=["verdict", "judged_at"])
    before, after = shown(change)
    event = ForeignChangeSeen(
        change_id=change.pk,
        kind=change.kind,
        server=change.server.code,
        login=change.login,
        ticket=change.ticket,
        before=before,
        after=after,
        manager=str(change.manager_login or "?"),
        address=change.address or "?",
    )
    subjects: list[tuple[str, int | str]] = [("server", change.server_id)]
    if change.account is not None:
        subjects.append(("account", change.account.pk))
        if change.account.client_id is not None:
            subjects.append(("client", change.account.client_id))
    outbox.emit(event, actor=actor, subjects=subjects, now=now)
    alerting.raise_alert(change=change, actor=actor, now=now)


def _waits(change: ServerChange) -> bool:
    """Return whether something of ours that may explain it is not settled yet."""
    if change.kind == Change.MONEY:
        operations = BalanceOperation.objects.filter(
            account_id=change.account_id, state__in=WAITING
        )
        marker = _marker(change)
        return bool(marker) and operations.filter(marker=marker).exists()
    commands = AccountCommand.objects.filter(
        server_id=change.server_id, login=change.login, state__in=OPEN
    )
    return _verb(change) is not None and commands.exists()


def _is_ours(change: ServerChange) -> bool:
    if change.kind == Change.MONEY:
        # By its ticket, not by its marker alone: a comment can be copied, a ticket is given once.
        operations = BalanceOperation.objects.filter(account_id=change.account_id)
        return operations.filter(ticket=change.ticket).exists()
    verb = _verb(change)
    if verb is None:
        return False
    commands = AccountCommand.objects.filter(
        server_id=change.server_id,
        login=change.login,
        verb=verb,
        state=AccountOrder.DONE,
        requested_at__lte=change.seen_at + LAG,
        changed_at__gte=change.seen_at - LAG,
    )
    used = ServerChange.objects.filter(command__isnull=False).values("command_id")
    for command in commands.exclude(pk__in=used).order_by("id"):
        if change.kind not in BY_VALUE or json.loads(command.payload)["value"] == change.after:
            change.command = command
            return True
    return False


def _verb(change: ServerChange) -> AccountVerb | None:
    by_value = BY_VALUE.get(Change(change.kind))
    return by_value or EXPLAINS.get((change.kind, change.after))


def _marker(change: ServerChange) -> str:
    comment = str(_read(change.after).get("comment", ""))
    return comment[:MARKER_LENGTH] if comment.startswith(MARKER_PREFIX) else ""


def _read(text: str) -> dict[str, Any]:
    return dict(json.loads(text)) if text.startswith("{") else {}

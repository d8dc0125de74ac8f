"""Settles account commands that nobody answered: the account is read back, nothing is sent again.

These commands say how an account shall be, so reading shows whether they were applied. An attempt
is closed at the gate first, so that no byte of it can leave any more; that it was not applied
counts only after the settle time, and when seen twice. A password cannot be read back.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from trading.actions.gateways import gateway_of
from trading.actions.ordering.carrying import answered
from trading.gateway.errors import GatewayError, Refused
from trading.gateway.port import Gateway
from trading.models import AccountCommand, SendingTerms
from trading.states import PASSWORDS, AccountOrder, AccountVerb
from trading.terms import AccountRecord

GRACE = timedelta(seconds=10)  # whoever sends may still be about to record the answer
NO_ACCOUNT = 65
#: Where a server's own terms are not set: longer than any of them may be.
SETTLE = timedelta(seconds=60)


def settle(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Settle a command without an answer as far as it can be; Later when it is too early.

    Call it with no transaction open.
    """
    commands = AccountCommand.objects.select_related("server", "account")
    command = commands.get(pk=command_id)
    told: dict[str, Any] = {"command_id": command_id, "actor": actor, "now": now, "code": None}
    if command.state == AccountOrder.SENDING and now > (command.deadline_at or now) + GRACE:
        words = "Nobody was left to hear the answer"
        command = answered(verb="lose", words=words, **told)
    if command.state != AccountOrder.UNCERTAIN:
        return command
    gateway = gateway_of(command.server)
    try:
        gateway.close_attempt(login=command.login, marker=command.marker, attempt=1)
        record = _read(gateway, command.login)
    except GatewayError as silence:
        raise Later(f"The agent did not help: {silence}") from silence
    if command.verb in PASSWORDS:
        words = "A password cannot be read back: reset it again"
        return answered(verb="give_up", words=words, record=record, **told)
    if _applied(command, record):
        words = "Read back: it stands as it was asked for"
        return answered(verb="do", words=words, record=record, **told)
    _second_look(command, now)
    words = "Closed, settled, and twice not found"
    return answered(verb="prove_absent", words=words, record=record, **told)


def _read(gateway: Gateway, login: int) -> AccountRecord | None:
    try:
        return gateway.account(login=login)
    except Refused as no:
        if no.code == NO_ACCOUNT:
            return None
        raise


def _applied(command: AccountCommand, record: AccountRecord | None) -> bool:
    """Return whether the account stands as the command said it shall."""
    payload = json.loads(command.payload)
    if command.verb == AccountVerb.DELETE or record is None:
        return record is None and command.verb == AccountVerb.DELETE
    stands = {
        AccountVerb.OPEN: record.group == payload.get("group")
        and record.comment == f"#{payload.get('client')}",
        AccountVerb.LEVERAGE: str(record.leverage) == payload["value"],
        AccountVerb.GROUP: record.group == payload["value"],
        AccountVerb.ENABLE: record.enabled,
        AccountVerb.DISABLE: not record.enabled,
        AccountVerb.FORBID: record.read_only,
        AccountVerb.ALLOW: not record.read_only,
    }
    return stands[AccountVerb(command.verb)]


def _second_look(command: AccountCommand, now: datetime) -> None:
    """Keep the first look; Later until the settle time has passed since it."""
    terms = SendingTerms.objects.filter(server_id=command.server_id).first()
    settle_time = SETTLE
    if terms is not None:
        settle_time = timedelta(
            milliseconds=terms.transport_delay_ms + terms.clock_skew_ms + terms.visibility_lag_ms
        )
    if command.looked_at is None:
        _mark(command, now)
        raise Later("Not as asked for; it is looked at once more")
    if now - command.looked_at < settle_time or now < (command.deadline_at or now) + settle_time:
        raise Later("Too soon for the second look")


def _mark(command: AccountCommand, now: datetime) -> None:
    """Keep the moment of the first look."""
    with transaction.atomic():
        rows = locks.rows(AccountCommand.objects.filter(pk=command.pk, looked_at=None))
        for row in rows:
            row.looked_at = now
            row.save(update_fields=["looked_at"])

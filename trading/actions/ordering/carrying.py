"""Carrying a command about an account to MetaTrader, and keeping what it answered.

Two transactions around one call, as with money: the attempt with its deadline is on disk before a
byte leaves. The answer brings the account as it then stands, and the mirror takes that. A missing
answer is UNCERTAIN: the account is read back (`settling`), nothing is sent again.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice.core import canonical, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from crm.calc import countries
from crm.queries import known
from trading.actions import sync_passes, trading_accounts
from trading.actions.gateways import gateway_of
from trading.actions.ordering import approving, waiting
from trading.events import AccountCommandAnswered
from trading.gateway.errors import BadMessage, NotSent, Refused, Unavailable, Uncertain
from trading.gateway.port import DEADLINE_SECONDS, Gateway, NewAccount
from trading.mirror import books
from trading.models import AccountCommand, TradingAccount
from trading.queries.ordering import danger
from trading.states import ACCOUNT_ORDER, AccountOrder, AccountVerb
from trading.terms import AccountRecord, Done, Passage

DEADLINE = timedelta(seconds=DEADLINE_SECONDS["change"])
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_LENGTH = 12
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The passwords of one command: made here, sent, shown once, kept nowhere."""

    main: str = field(default="", repr=False)
    investor: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What became of a command, and the passwords that are now in force."""

    command: AccountCommand
    secrets: Secrets = field(default_factory=Secrets, repr=False)


def carry(*, command_id: int, actor: Actor, now: datetime) -> Carried:
    """Send a command that is READY, once; return it with what MetaTrader said.

    Call it with no transaction open. What changed since it was asked for makes it STALE, and
    nothing is sent. While money is under way a change of group or leverage stays READY and says so.
    """
    command = _begun(command_id=command_id, actor=actor, now=now)
    if command.state != AccountOrder.SENDING:
        return Carried(command=command)
    made = _secrets(AccountVerb(command.verb))
    told: dict[str, Any] = {"command_id": command_id, "actor": actor, "now": now}
    try:
        done = _told(gateway_of(command.server), command, made)
    except (Refused, BadMessage) as no:
        code, words = getattr(no, "code", None), getattr(no, "text", "") or str(no)
        return Carried(command=answered(verb="refuse", code=code, words=words, **told))
    except (NotSent, Unavailable, Later) as kept:
        return Carried(command=answered(verb="keep_back", code=None, words=str(kept), **told))
    except Uncertain as lost:
        return Carried(command=answered(verb="lose", code=lost.code, words=str(lost), **told))
    command = answered(verb="do", code=done.code, words="", record=done.account, **told)
    return Carried(command=command, secrets=made)


@transaction.atomic
def answered(
    *,
    command_id: int,
    verb: str,
    code: int | None,
    words: str,
    record: AccountRecord | None = None,
    actor: Actor,
    now: datetime,
) -> AccountCommand:
    """Keep an answer, take the account as it now stands into the mirror, and tell of it.

    A verb that the command's state does not allow any more changes nothing.
    """
    commands = AccountCommand.objects.select_related("server", "account")
    command = locks.rows(commands.filter(pk=command_id)).get()
    if verb not in ACCOUNT_ORDER.verbs(command.state):
        return command
    if record is not None:
        _mirror(command, record, actor, now)
    command.state = ACCOUNT_ORDER.after(command.state, verb)
    command.code, command.answer, command.changed_at = code, words[:LONGEST], now
    command.save()
    event = AccountCommandAnswered(
        **approving.names(command), state=command.state, code=code, words=command.answer
    )
    outbox.emit(event, actor=actor, subjects=approving.subjects(command), now=now)
    return command


@transaction.atomic(durable=True)
def _begun(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Write down that it is sent now, if everything still stands as it was asked for."""
    commands = AccountCommand.objects.select_related("server", "account__group", "account_type")
    command = locks.rows(commands.filter(pk=command_id)).get()
    if command.state != AccountOrder.READY:
        return command
    reason = waiting.reason_for(AccountVerb(command.verb), command.account_id)
    if reason:
        command.answer = reason[:LONGEST]
        command.save(update_fields=["answer"])
        return command
    if not _stands(command):
        command.state = ACCOUNT_ORDER.after(command.state, "outdate")
    else:
        command.state = ACCOUNT_ORDER.after(command.state, "send")
        command.deadline_at = now + DEADLINE
    command.changed_at = now
    command.save()
    if command.state == AccountOrder.STALE:
        event = AccountCommandAnswered(
            **approving.names(command), state=command.state, code=None, words=""
        )
        outbox.emit(event, actor=actor, subjects=approving.subjects(command), now=now)
    return command


def _stands(command: AccountCommand) -> bool:
    """Return whether the picture that the command was asked on is the one of now."""
    if command.account is None:
        return True
    seen = json.loads(command.payload)["on"]
    now_there = canonical.encode(danger.picture_of(command.account).told())
    return bool(seen == json.loads(now_there))


def _secrets(verb: AccountVerb) -> Secrets:
    has_main = verb in (AccountVerb.OPEN, AccountVerb.PASSWORD)
    has_investor = verb in (AccountVerb.OPEN, AccountVerb.INVESTOR)
    return Secrets(
        main=_password() if has_main else "", investor=_password() if has_investor else ""
    )


def _password() -> str:
    """Return a password that MetaTrader takes: small and large letters and a figure are in it."""
    while True:
        word = "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))
        if all(any(map(kind, word)) for kind in (str.islower, str.isupper, str.isdigit)):
            return word


def _told(gateway: Gateway, command: AccountCommand, made: Secrets) -> Done:
    deadline = command.deadline_at or command.changed_at
    passage = Passage(marker=command.marker, attempt=1, deadline=deadline)
    verb, value = AccountVerb(command.verb), json.loads(command.payload)["value"]
    leverage = int(value) if verb is AccountVerb.LEVERAGE else 0
    if verb is AccountVerb.OPEN:
        return gateway.open_account(passage=passage, account=_new(command, made))
    asked: dict[AccountVerb, tuple[Callable[..., Done], dict[str, Any]]] = {
        AccountVerb.LEVERAGE: (gateway.set_leverage, {"leverage": leverage}),
        AccountVerb.GROUP: (gateway.set_group, {"group": value}),
        AccountVerb.ENABLE: (gateway.set_enabled, {"enabled": True}),
        AccountVerb.DISABLE: (gateway.set_enabled, {"enabled": False}),
        AccountVerb.FORBID: (gateway.set_read_only, {"read_only": True}),
        AccountVerb.ALLOW: (gateway.set_read_only, {"read_only": False}),
        AccountVerb.PASSWORD: (gateway.set_password, {"password": made.main}),
        AccountVerb.INVESTOR: (
            gateway.set_password,
            {"password": made.investor, "investor": True},
        ),
        AccountVerb.DELETE: (gateway.delete_account, {}),
    }
    call, arguments = asked[verb]
    return call(passage=passage, login=command.login, **arguments)


def _new(command: AccountCommand, made: Secrets) -> NewAccount:
    """Return what MetaTrader is told of a new account: of the client, what is on record now."""
    client, payload = known.get_client(command.client_id or 0), json.loads(command.payload)
    if client is None:
        raise Later("The client is gone.")
    return NewAccount(
        login=command.login,
        group=payload["group"],
        leverage=int(payload["leverage"]),
        name=client.full_name,
        email=client.email,
        phone=client.phone,
        country=countries.name_of(client.country),
        city=client.city,
        comment=f"#{client.number}",
        password=made.main,
        investor_password=made.investor,
    )


def _mirror(command: AccountCommand, record: AccountRecord, actor: Actor, now: datetime) -> None:
    """Take the account as the server says it now is; a new one is its client's from the start."""
    sync_passes.lock(command.server_id)
    books.write_accounts(command.server_id, [record], now)
    if command.account_id is not None or command.client_id is None:
        return
    rows = TradingAccount.objects.filter(server_id=command.server_id, login=record.login)
    account = locks.rows(rows.select_related("server")).get()
    command.account = account
    if account.client_id is None:
        reason = command.reason
        trading_accounts.give(account, command.client_id, reason=reason, actor=actor, now=now)

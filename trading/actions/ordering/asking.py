"""Asking for a command about an account, and deciding what another asked for.

What is asked for is written down first, with the picture that it was asked on. A dangerous one
waits for a second person, who confirms exactly that text; carrying out looks once more.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.core import access, canonical, locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from trading.actions import marker
from trading.events import AccountCommandDecided, AccountCommandRequested
from trading.models import AccountCommand, TradingAccount
from trading.permissions import (
    CHANGE_ACCOUNTS,
    CONFIRM_ACCOUNTS,
    OPEN_ACCOUNTS,
    RESET_PASSWORDS,
    SUSPEND_ACCOUNTS,
)
from trading.queries.ordering import danger
from trading.states import ACCOUNT_ORDER, AccountOrder, AccountVerb

#: How long a second person has.
VALID_FOR = timedelta(hours=1)
LONGEST = 300
RIGHTS = {
    AccountVerb.OPEN: OPEN_ACCOUNTS,
    AccountVerb.LEVERAGE: CHANGE_ACCOUNTS,
    AccountVerb.GROUP: CHANGE_ACCOUNTS,
    AccountVerb.ENABLE: CHANGE_ACCOUNTS,
    AccountVerb.ALLOW: CHANGE_ACCOUNTS,
    AccountVerb.DELETE: CHANGE_ACCOUNTS,
    AccountVerb.DISABLE: SUSPEND_ACCOUNTS,
    AccountVerb.FORBID: SUSPEND_ACCOUNTS,
    AccountVerb.PASSWORD: RESET_PASSWORDS,
    AccountVerb.INVESTOR: RESET_PASSWORDS,
}


class NotAllowed(Rejected):
    """Whoever acts lacks the right, or the account is out of their reach."""


class NothingToDo(Rejected):
    """The account stands as asked for already, or what is asked for cannot be."""


class SamePerson(Rejected):
    """A second person has to decide."""


class UnderWay(Conflict):
    """Another command about this account is not over yet."""


class LookAgain(Conflict):
    """What was confirmed is not what stands there, or the hour is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a verb, its value where it has one, why. `key` makes it one."""

    key: UUID
    verb: AccountVerb
    reason: str
    value: str = ""


@transaction.atomic
def ask(*, wish: Wish, account_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Ask for a command about an account; READY where it is not dangerous, else WAITING.

    Raises NotAllowed, NothingToDo with the reason in words, UnderWay.
    """
    known = AccountCommand.objects.filter(key=wish.key).first()
    if known is not None:
        return known
    accounts = TradingAccount.objects.select_related("server", "group")
    account = locks.rows(accounts.filter(pk=account_id)).first()
    if account is None or not has_right(actor, RIGHTS[wish.verb], account):
        raise NotAllowed(_("You may not do this with this account."))
    picture = danger.picture_of(account)
    value = _value(wish, account, picture)
    payload = {
        "verb": str(wish.verb),
        "server": account.server.code,
        "login": account.login,
        "value": value,
        "on": picture.told(),
    }
    command = AccountCommand(
        server=account.server,
        login=account.login,
        account=account,
        client_id=account.client_id,
        danger=danger.danger_of(wish.verb, value, picture),
    )
    return written(command=command, wish=wish, payload=payload, actor=actor, now=now)


@transaction.atomic
def confirm(*, command_id: int, fingerprint: str, actor: Actor, now: datetime) -> AccountCommand:
    """Agree to exactly what the page showed; SamePerson, NotAllowed, LookAgain otherwise."""
    command = _decidable(command_id, actor)
    if fingerprint != command.fingerprint or now > command.expires_at:
        raise LookAgain(_("This is not what stands there any more: look again."))
    command.state = ACCOUNT_ORDER.after(command.state, "confirm")
    command.decided_fingerprint = fingerprint
    return _decided(command, "", actor=actor, now=now)


@transaction.atomic
def decline(*, command_id: int, note: str, actor: Actor, now: datetime) -> AccountCommand:
    """Say no to what another asked for, with a reason."""
    if not note.strip():
        raise Rejected(_("Say why."))
    command = _decidable(command_id, actor)
    command.state = ACCOUNT_ORDER.after(command.state, "decline")
    return _decided(command, note, actor=actor, now=now)


@transaction.atomic
def cancel(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Take back what one asked for oneself, while it waits."""
    command = locks.rows(AccountCommand.objects.filter(pk=command_id)).get()
    if command.requested_by != str(actor):
        raise NotAllowed(_("Only who asked can take it back."))
    command.state = ACCOUNT_ORDER.after(command.state, "cancel")
    return _decided(command, "", actor=actor, now=now)


@transaction.atomic
def expire(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Close what nobody decided within its hour."""
    command = locks.rows(AccountCommand.objects.filter(pk=command_id)).get()
    if command.state != AccountOrder.WAITING or now <= command.expires_at:
        return command
    command.state = ACCOUNT_ORDER.after(command.state, "expire")
    return _decided(command, "", actor=actor, now=now)


def written(
    *, command: AccountCommand, wish: Wish, payload: dict[str, Any], actor: Actor, now: datetime
) -> AccountCommand:
    """Write a command down and tell of it; a part of the caller's transaction."""
    if not wish.reason.strip():
        raise Rejected(_("Say why."))
    text = canonical.encode(payload).decode()
    command.key, command.marker, command.verb = wish.key, marker.marker_of(wish.key), wish.verb
    command.payload, command.fingerprint = text, hashlib.sha256(text.encode()).hexdigest()
    command.reason = wish.reason.strip()[:LONGEST]
    command.state = AccountOrder.WAITING if command.danger else AccountOrder.READY
    command.requested_by, command.requested_at = str(actor), now
    command.expires_at, command.changed_at = now + VALID_FOR, now
    try:
        with transaction.atomic():
            command.save(force_insert=True)
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != "trading_accountcommand_alone":
            raise
        raise UnderWay(_("Another request about this account is not over yet.")) from error
    event = AccountCommandRequested(
        **names(command), danger=command.danger, reason=command.reason, value=str(payload["value"])
    )
    outbox.emit(event, actor=actor, subjects=subjects(command), now=now)
    return command


def has_right(actor: Actor, permission: object, account: TradingAccount) -> bool:
    """Say whether the actor is active staff, or a machine, whose right reaches the account now."""
    user = people.find_acting(actor)
    if user is None:
        return False
    rows = TradingAccount.objects.filter(pk=account.pk)
    return access.restrict(rows, user, permission).exists()


def names(command: AccountCommand) -> dict[str, Any]:
    """Return the fields by which every event names the command."""
    return {
        "command_id": command.pk,
        "verb": command.verb,
        "server": command.server.code,
        "login": command.login,
    }


def subjects(command: AccountCommand) -> list[tuple[str, int | str]]:
    """Return whom an event about the command is about."""
    found: list[tuple[str, int | str]] = [("account_command", command.pk)]
    if command.account_id is not None:
        found.append(("account", command.account_id))
    if command.client_id is not None:
        found.append(("client", command.client_id))
    return found


def _value(wish: Wish, account: TradingAccount, picture: danger.Picture) -> str:
    """Return the value as it is sent; NothingToDo where nothing would change."""
    if account.closed_on_server:
        raise NothingToDo(_("The account is gone from its server."))
    shut = {
        AccountVerb.ENABLE: account.enabled,
        AccountVerb.DISABLE: not account.enabled,
        AccountVerb.FORBID: account.read_only,
        AccountVerb.ALLOW: not account.read_only,
        AccountVerb.LEVERAGE: wish.value == str(account.leverage),
        AccountVerb.GROUP: wish.value == account.group.name,
    }
    if shut.get(wish.verb):
        raise NothingToDo(_("The account stands like this already."))
    if wish.verb is AccountVerb.DELETE and (picture.open_tickets or account.balance):
        raise NothingToDo(_("An account with money or open tickets is not deleted."))
    if wish.verb is AccountVerb.LEVERAGE and not _is_leverage(wish.value):
        raise NothingToDo(_("A leverage is a whole number from 1 to 5000."))
    if wish.verb is AccountVerb.GROUP:
        _require_group(wish.value, account)
    has_value = wish.verb in (AccountVerb.LEVERAGE, AccountVerb.GROUP)
    return wish.value if has_value else ""


def _is_leverage(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= 5000


def _require_group(name: str, account: TradingAccount) -> None:
    groups = type(account.group).objects.filter(server=account.server, name=name)
    found = groups.first()
    if found is None or found.currency != account.group.currency:
        raise NothingToDo(_("There is no group of this name in the account's currency."))
    if found.cent_factor != account.group.cent_factor:
        raise NothingToDo(_("A cent account and another are counted differently."))


def _decidable(command_id: int, actor: Actor) -> AccountCommand:
    """Return the command, locked, if this person may decide about it."""
    commands = AccountCommand.objects.select_related("server", "account")
    command = locks.rows(commands.filter(pk=command_id)).get()
    if command.requested_by == str(actor):
        raise SamePerson(_("Four eyes: somebody else has to do this."))
    if command.account is None or not has_right(actor, CONFIRM_ACCOUNTS, command.account):
        raise NotAllowed(_("You may not decide about this account."))
    return command


def _decided(command: AccountCommand, note: str, *, actor: Actor, now: datetime) -> AccountCommand:
    if command.state != AccountOrder.EXPIRED:
        command.decided_by, command.decided_at = str(actor), now
    command.decision_note, command.changed_at = note.strip()[:LONGEST], now
    command.save()
    event = AccountCommandDecided(**names(command), state=command.state, note=command.decision_note)
    outbox.emit(event, actor=actor, subjects=subjects(command), now=now)
    return command

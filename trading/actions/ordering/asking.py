"""Asking for a command about an account.

What is asked for is written down first, with the picture that it was asked on. A dangerous one
waits for those who have to agree to exactly that text (`approving`); carrying out looks once more.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.approvals.actions import executing
from backoffice.core import access, canonical, locks, outbox
from backoffice.core.actors import NOWHERE, Actor, Origin
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from trading.actions.ordering import approving
from trading.actions.ordering.approving import names, subjects
from trading.calc.marking import marker
from trading.events import AccountCommandRequested
from trading.models import AccountCommand, TradingAccount
from trading.permissions import (
    CHANGE_ACCOUNTS,
    OPEN_ACCOUNTS,
    RESET_PASSWORDS,
    SUSPEND_ACCOUNTS,
)
from trading.queries.ordering import danger
from trading.states import AccountOrder, AccountVerb

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


class UnderWay(Conflict):
    """Another command about this account is not over yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a verb, its value where it has one, why. `key` makes it one."""

    key: UUID
    verb: AccountVerb
    reason: str
    value: str = ""


@transaction.atomic
def ask(
    *, wish: Wish, account_id: int, actor: Actor, origin: Origin = NOWHERE, now: datetime
) -> AccountCommand:
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
        "server_name": account.server.name,
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
    return written(command=command, wish=wish, payload=payload, actor=actor, origin=origin, now=now)


def written(
    *,
    command: AccountCommand,
    wish: Wish,
    payload: dict[str, Any],
    actor: Actor,
    origin: Origin = NOWHERE,
    now: datetime,
) -> AccountCommand:
    """Write a command down and tell of it; a part of the caller's transaction."""
    if not wish.reason.strip():
        raise Rejected(_("Say why."))
    text = canonical.encode(payload).decode()
    command.key, command.marker, command.verb = wish.key, marker.marker_of(wish.key), wish.verb
    command.payload, command.fingerprint = text, hashlib.sha256(text.encode()).hexdigest()
    command.reason = wish.reason.strip()[:LONGEST]
    command.state = AccountOrder.READY
    command.requested_by, command.requested_at, command.changed_at = str(actor), now, now
    command.pk = _next_number()
    try:
        with transaction.atomic():
            approving.ask(command, payload, actor=actor, origin=origin, now=now)
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
    if command.approval_id is not None:  # alone, where the policy lets one person act
        executing.execute(request_id=command.approval_id, actor=actor, now=now)
        command.refresh_from_db()
    return command


def _next_number() -> int:
    """Return the number of the next command: its approval names it before its row is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('trading_accountcommand', 'id'))")
        return int(cursor.fetchone()[0])


def has_right(actor: Actor, permission: object, account: TradingAccount) -> bool:
    """Say whether the actor is active staff, or a machine, whose right reaches the account now."""
    user = people.find_acting(actor)
    if user is None:
        return False
    rows = TradingAccount.objects.filter(pk=account.pk)
    return access.restrict(rows, user, permission).exists()


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

"""Whose a trading account is: giving it to a client, and taking it away."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from backoffice.identity.queries import people
from crm.permissions import SEE_CLIENTS
from crm.queries import lookalikes
from trading.events import AccountBound, AccountUnbound
from trading.models import TradingAccount
from trading.queries import unbound

LONGEST_REASON = 300


class AlreadyBound(Conflict):
    """The account belongs to a client already."""


class NotBound(Conflict):
    """The account belongs to nobody."""


class NoReason(Rejected):
    """Taking an account away needs a reason."""


class NotYours(Rejected):
    """The account or the client is out of reach of whoever acts."""


class MoneyUnderWay(Conflict):
    """A payment of the account is open, or its books are another entity's: its owner stays."""


#: What the database says about an account whose owner may not change now (accounts, 0006).
OWNER_STAYS = ("accounts_owner_money_under_way", "accounts_owner_other_entity")


def bind_account(
    *, account_id: int, client_id: int, reason: str = "", actor: Actor, now: datetime
) -> TradingAccount:
    """Give a trading account to a client.

    AlreadyBound when it is somebody's, NotYours when either is out of the actor's reach,
    MoneyUnderWay when its books are kept by another legal entity than the client's.
    """
    require_reach(actor, [account_id], [client_id])
    with transaction.atomic():
        account = _locked(account_id)
        if account.client_id is not None:
            raise AlreadyBound(
                _("Account %(login)s belongs to a client already.") % {"login": account.login}
            )
        give(account, client_id, reason=reason, actor=actor, now=now)
    return account


def unbind_account(*, account_id: int, reason: str, actor: Actor, now: datetime) -> TradingAccount:
    """Take a trading account from its client, for a reason that the timeline keeps.

    NoReason, NotBound, NotYours; MoneyUnderWay while a payment of the account is open.
    """
    if not reason.strip():
        raise NoReason(_("Say why the account is taken from its client."))
    require_reach(actor, [account_id], [])
    with transaction.atomic():
        account = _locked(account_id)
        if account.client_id is None:
            raise NotBound(_("Account %(login)s belongs to nobody.") % {"login": account.login})
        take(account, reason=reason, actor=actor, now=now)
    return account


def give(
    account: TradingAccount, client_id: int, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Write a locked account's owner, and tell both of it; a part of the caller's transaction."""
    account.client_id = client_id
    account.bound_by, account.bound_at = str(actor), now
    _save_owner(account)
    event = AccountBound(
        account_id=account.pk,
        server=account.server.name,
        login=account.login,
        client_id=client_id,
        reason=reason.strip()[:LONGEST_REASON],
    )
    subjects: list[tuple[str, int | str]] = [("client", client_id), ("account", account.pk)]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def take(account: TradingAccount, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a locked account from its client, and tell both of it; part of a transaction."""
    client_id = account.client_id or 0
    account.client_id, account.bound_by, account.bound_at = None, "", None
    _save_owner(account)
    event = AccountUnbound(
        account_id=account.pk,
        server=account.server.name,
        login=account.login,
        client_id=client_id,
        reason=reason.strip()[:LONGEST_REASON],
    )
    subjects: list[tuple[str, int | str]] = [("client", client_id), ("account", account.pk)]
    outbox.emit(event, actor=actor, subjects=subjects, now=now)


def require_reach(actor: Actor, account_ids: list[int], client_ids: list[int]) -> None:
    """Raise NotYours unless the actor may give these accounts, and see these clients."""
    accounts, clients = reached(actor, account_ids, client_ids)
    if accounts != set(account_ids) or clients != set(client_ids):
        raise NotYours(_("This account or client is not yours to bind."))


def reached(
    actor: Actor, account_ids: list[int], client_ids: list[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """Return which of the accounts the actor may give, and which of the clients they may see.

    The system reaches everything, clients and machines nothing.
    """
    if actor.kind == "system":
        return frozenset(account_ids), frozenset(client_ids)
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if user is None:
        return frozenset(), frozenset()
    return (
        unbound.may_give(user, account_ids),
        lookalikes.within_reach(user, SEE_CLIENTS, client_ids),
    )


def _save_owner(account: TradingAccount) -> None:
    try:
        with transaction.atomic():
            account.save(update_fields=["client", "bound_by", "bound_at"])
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", "") or ""
        if name not in OWNER_STAYS:
            raise
        raise MoneyUnderWay(_owner_stays(name, account)) from error


def _owner_stays(name: str, account: TradingAccount) -> str:
    told = {"login": account.login}
    if name == OWNER_STAYS[0]:
        words = _("A payment of account %(login)s is open: decide it before the owner changes.")
    else:
        words = _("The books of account %(login)s are kept by another legal entity.")
    return words % told


def _locked(account_id: int) -> TradingAccount:
    return locks.rows(TradingAccount.objects.filter(pk=account_id).select_related("server")).get()

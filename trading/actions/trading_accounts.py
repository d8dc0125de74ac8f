"""Whose a trading account is: giving it to a client, and taking it away."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from trading.events import AccountBound, AccountUnbound
from trading.models import TradingAccount


class AlreadyBound(Conflict):
    """The account belongs to a client already."""


class NotBound(Conflict):
    """The account belongs to nobody."""


class NoReason(Rejected):
    """Taking an account away needs a reason."""


def bind_account(*, account_id: int, client_id: int, actor: Actor, now: datetime) -> TradingAccount:
    """Give a trading account to a client. AlreadyBound when it is somebody's."""
    with transaction.atomic():
        account = _locked(account_id)
        if account.client_id is not None:
            raise AlreadyBound(
                _("Account %(login)s belongs to a client already.") % {"login": account.login}
            )
        account.client_id = client_id
        account.bound_by, account.bound_at = str(actor), now
        account.save(update_fields=["client", "bound_by", "bound_at"])
        outbox.emit(
            AccountBound(
                account_id=account.pk,
                server=account.server.code,
                login=account.login,
                client_id=client_id,
            ),
            actor=actor,
            subjects=[("client", client_id), ("account", account.pk)],
            now=now,
        )
    return account


def unbind_account(*, account_id: int, reason: str, actor: Actor, now: datetime) -> TradingAccount:
    """Take a trading account from its client, for a reason that the timeline keeps."""
    if not reason.strip():
        raise NoReason(_("Say why the account is taken from its client."))
    with transaction.atomic():
        account = _locked(account_id)
        client_id = account.client_id
        if client_id is None:
            raise NotBound(_("Account %(login)s belongs to nobody.") % {"login": account.login})
        account.client_id, account.bound_by, account.bound_at = None, "", None
        account.save(update_fields=["client", "bound_by", "bound_at"])
        outbox.emit(
            AccountUnbound(
                account_id=account.pk,
                server=account.server.code,
                login=account.login,
                client_id=client_id,
                reason=reason.strip(),
            ),
            actor=actor,
            subjects=[("client", client_id), ("account", account.pk)],
            now=now,
        )
    return account


def _locked(account_id: int) -> TradingAccount:
    accounts = TradingAccount.objects.select_related("server")
    return accounts.select_for_update(of=("self",)).get(pk=account_id)

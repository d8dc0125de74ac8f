"""Opening an account for a client: of a type in the catalogue, under a login of its range."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people
from crm.queries import known
from crm.states import ClientStatus
from trading.actions.ordering import asking
from trading.models import AccountCommand, AccountType, TradingAccount
from trading.permissions import OPEN_ACCOUNTS
from trading.states import AccountVerb

PATIENCE_MS = 8_000
NOT_SERVED = (ClientStatus.LEAD, ClientStatus.BLOCKED, ClientStatus.CLOSED)


class NoLoginLeft(Rejected):
    """Every login of the type's range is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccountWish:
    """Which type, which leverage, why. `key` makes it one."""

    key: UUID
    account_type_id: int
    leverage: int
    reason: str


@transaction.atomic
def ask_for_account(
    *, wish: NewAccountWish, client_id: int, actor: Actor, now: datetime
) -> AccountCommand:
    """Ask for a new account; it is READY at once, and `carrying.carry` opens it.

    Raises NotAllowed, NothingToDo for what the catalogue does not offer, NoLoginLeft.
    """
    done = AccountCommand.objects.filter(key=wish.key).first()
    if done is not None:
        return done
    client = known.get_client(client_id)
    user = people.find_acting(actor)
    if client is None or user is None or not known.is_in_reach(user, OPEN_ACCOUNTS, client_id):
        raise asking.NotAllowed(_("You may not open an account for this client."))
    if client.status in NOT_SERVED:
        raise asking.NothingToDo(_("No account is opened for this client now."))
    kind = _offered(wish, client.legal_entity_id)
    payload = {
        "verb": str(AccountVerb.OPEN),
        "server": kind.group.server.code,
        "client": client.number,
        "type": kind.pk,
        "group": kind.group.name,
        "leverage": wish.leverage,
        "value": str(kind),
    }
    command = AccountCommand(
        server=kind.group.server,
        login=_next_login(kind),
        client_id=client_id,
        account_type=kind,
        danger="",
    )
    plain = asking.Wish(key=wish.key, verb=AccountVerb.OPEN, reason=wish.reason)
    return asking.written(command=command, wish=plain, payload=payload, actor=actor, now=now)


def _offered(wish: NewAccountWish, legal_entity_id: int) -> AccountType:
    kinds = AccountType.objects.filter(legal_entity_id=legal_entity_id, is_active=True)
    kind = kinds.select_related("group__server").filter(pk=wish.account_type_id).first()
    if kind is None or not kind.group.server.is_active:
        raise asking.NothingToDo(_("This type is not on offer for the client."))
    if kind.group.currency != kind.currency:
        raise asking.NothingToDo(_("The type's group has another currency by now."))
    if wish.leverage not in kind.leverages:
        raise asking.NothingToDo(_("This leverage is not on offer for the type."))
    return kind


def _next_login(kind: AccountType) -> int:
    """Return the next login of the range that neither an account nor a request ever had."""
    server = kind.group.server_id
    locks.advisory(f"trading.login.{server}", timeout_ms=PATIENCE_MS)
    within = {"server_id": server, "login__range": (kind.login_from, kind.login_to)}
    latest = [
        model.objects.filter(**within).aggregate(latest=Max("login"))["latest"]
        for model in (TradingAccount, AccountCommand)
    ]
    login = max((one + 1 for one in latest if one is not None), default=kind.login_from)
    if login > kind.login_to:
        raise NoLoginLeft(_("Every login of this type's range is taken."))
    return login

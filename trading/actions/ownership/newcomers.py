"""Clients made from accounts of nobody: one person a row, each held against the known clients."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from backoffice.identity.queries import people
from crm.actions import clients
from crm.actions.clients import Person, Place
from crm.permissions import EDIT_CLIENTS
from trading.actions import trading_accounts
from trading.actions.ownership import binding
from trading.models import BindingBatch, BindingLine, TradingAccount
from trading.queries.ownership import newcomers
from trading.queries.ownership.newcomers import Newcomer
from trading.states import BindingOutcome

SOURCE = "MetaTrader"
PATIENCE_MS = 8_000


@transaction.atomic
def register_many(
    *,
    account_ids: Sequence[int],
    despite: Collection[int] = (),
    place: Place,
    actor: Actor,
    now: datetime,
) -> BindingBatch:
    """Register the people behind these accounts and give them their accounts, row by row.

    Whoever looks like a known client is not registered, unless `despite` holds the row's key (its
    first account). Two such acts go one after the other, so that nobody is registered twice.
    """
    binding.require_few(account_ids)
    _require_right(actor)
    locks.advisory("trading.newcomers", timeout_ms=PATIENCE_MS)
    mine, _none = trading_accounts.reached(actor, list(account_ids), [])
    if not mine:
        raise trading_accounts.NotYours(_("None of these accounts is yours to bind."))
    locked = binding.lock_accounts(mine)
    free = {pk: one for pk, one in locked.items() if one.client_id is None}
    batch = BindingBatch.objects.create(made_by=str(actor), made_at=now)
    lines = [
        binding.line(batch, pk, one.client_id, BindingOutcome.TAKEN, "")
        for pk, one in sorted(locked.items())
        if pk not in free
    ]
    for person in newcomers.newcomers([free[pk] for pk in sorted(free)]):
        lines += _registered(batch, person, despite, place, actor=actor, now=now)
    binding.close(batch, lines, asked=len(set(account_ids)), actor=actor, now=now)
    return batch


def _require_right(actor: Actor) -> None:
    user = people.get_staff(int(actor.key)) if actor.kind == "staff" else None
    if actor.kind != "system" and (user is None or not user.may(EDIT_CLIENTS)):
        raise trading_accounts.NotYours(_("You may not register clients."))


def _registered(
    batch: BindingBatch,
    person: Newcomer,
    despite: Collection[int],
    place: Place,
    *,
    actor: Actor,
    now: datetime,
) -> Iterator[BindingLine]:
    """Register one person and yield the lines of their accounts."""
    words, client_id = "", None
    if not person.full_name:
        outcome = BindingOutcome.NAMELESS
    elif person.duplicates and person.key not in despite:
        outcome = BindingOutcome.DUPLICATE
    else:
        outcome, client_id, words = _new_client(person, place, actor, now)
    for account in person.accounts:
        told, why = outcome, words
        if client_id is not None:
            told, why = _given(account, client_id, actor, now)
        yield binding.line(batch, account.pk, client_id, told, why, is_new=client_id is not None)


def _new_client(
    person: Newcomer, place: Place, actor: Actor, now: datetime
) -> tuple[BindingOutcome, int | None, str]:
    described = Person(
        full_name=person.full_name,
        email=person.email,
        phone=person.phone,
        country=person.country,
        city=person.city,
        source=SOURCE,
    )
    try:
        client = clients.register_client(person=described, place=place, actor=actor, now=now)
    except Rejected as refusal:
        return BindingOutcome.REFUSED, None, str(refusal)
    return BindingOutcome.REGISTERED, client.pk, ""


def _given(
    account: TradingAccount, client_id: int, actor: Actor, now: datetime
) -> tuple[BindingOutcome, str]:
    reason = _("Registered from this account")
    outcome, words = binding.given(account, client_id, reason=reason, actor=actor, now=now)
    is_given = outcome == BindingOutcome.BOUND
    return (BindingOutcome.REGISTERED if is_given else outcome), words

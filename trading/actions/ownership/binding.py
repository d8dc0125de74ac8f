"""Many accounts given to clients in one act: each row on its own feet, all of it undone in one.

A row that cannot be (taken meanwhile, gone, out of reach) is an outcome, not an error: the others
go on. Undoing takes back what this act gave and nobody has changed since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Rejected
from crm.actions import clients
from trading.actions import sync_passes, trading_accounts
from trading.events import AccountsBound, AccountsUnboundAgain
from trading.models import BindingBatch, BindingLine, TradingAccount
from trading.states import GIVEN, BindingOutcome

MOST = 500


class TooMany(Rejected):
    """More rows than one act takes."""


class TooLate(Conflict):
    """The five minutes are over, or it was undone before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An account and the client it is given to."""

    account_id: int
    client_id: int


@transaction.atomic
def bind_many(
    *, pairs: Sequence[Pair], reason: str = "", actor: Actor, now: datetime
) -> BindingBatch:
    """Give accounts to clients, five hundred at most; each line of the batch says what became.

    TooMany beyond that; NotYours when the actor has no right to any of the accounts.
    """
    wanted = {pair.account_id: pair.client_id for pair in pairs}
    require_few(wanted)
    mine, seen = trading_accounts.reached(actor, list(wanted), list(wanted.values()))
    if not mine:
        raise trading_accounts.NotYours(_("None of these accounts is yours to bind."))
    accounts = lock_accounts(mine)
    batch = BindingBatch.objects.create(made_by=str(actor), made_at=now)
    lines = []
    for account_id in sorted(mine):
        client_id = wanted[account_id]
        account = accounts.get(account_id)
        if account is None or client_id not in seen:
            outcome, words = BindingOutcome.NOT_YOURS, ""
        else:
            outcome, words = given(account, client_id, reason=reason, actor=actor, now=now)
        lines.append(line(batch, account_id, client_id, outcome, words))
    close(batch, lines, asked=len(wanted), actor=actor, now=now)
    return batch


@transaction.atomic
def undo_batch(*, batch_id: int, actor: Actor, now: datetime) -> BindingBatch:
    """Take back what a bulk act gave, within five minutes; what was changed since stays.

    TooLate afterwards, and the second time. Clients who were registered by it are closed, unless
    they have come to own other accounts.
    """
    batch = locks.rows(BindingBatch.objects.filter(pk=batch_id)).get()
    if batch.undone_at is not None or now > batch.undo_until:
        raise TooLate(_("This can be undone for five minutes, and once."))
    made = list(BindingLine.objects.filter(batch=batch, outcome__in=GIVEN))
    trading_accounts.require_reach(actor, [one.account_id for one in made], [])
    accounts = lock_accounts(one.account_id for one in made)
    for one in made:
        one.outcome = _taken_back(one, accounts[one.account_id], batch, actor, now)
    BindingLine.objects.bulk_update(made, ["outcome"])
    _close_new_clients(made, actor, now)
    batch.undone_by, batch.undone_at = str(actor), now
    batch.save(update_fields=["undone_by", "undone_at"])
    taken = sum(one.outcome == BindingOutcome.UNDONE for one in made)
    event = AccountsUnboundAgain(batch_id=batch.pk, taken=taken, left=len(made) - taken)
    outbox.emit(event, actor=actor, subjects=[("binding", batch.pk)], now=now)
    return batch


def require_few(rows: Iterable[object]) -> None:
    """Raise TooMany when there are more rows than one act takes, and Rejected for none."""
    count = len(list(rows))
    if not count:
        raise Rejected(_("Choose at least one account."))
    if count > MOST:
        words = _("%(count)s accounts are chosen; one act takes %(most)s at most.")
        raise TooMany(words % {"count": count, "most": MOST})


def lock_accounts(account_ids: Iterable[int]) -> dict[int, TradingAccount]:
    """Return the accounts, their rows locked; the mirror writes none of their servers meanwhile."""
    wanted = set(account_ids)
    servers = TradingAccount.objects.filter(pk__in=wanted).values_list("server_id", flat=True)
    for server_id in sorted(set(servers)):
        sync_passes.lock(server_id)
    rows = locks.rows(TradingAccount.objects.filter(pk__in=wanted).select_related("server"))
    return {account.pk: account for account in rows}


def given(
    account: TradingAccount, client_id: int, *, reason: str, actor: Actor, now: datetime
) -> tuple[BindingOutcome, str]:
    """Give one locked account, and return what became of it."""
    if account.client_id is not None:
        return BindingOutcome.TAKEN, ""
    if account.closed_on_server:
        return BindingOutcome.GONE, ""
    try:
        trading_accounts.give(account, client_id, reason=reason, actor=actor, now=now)
    except trading_accounts.MoneyUnderWay as refusal:
        return BindingOutcome.REFUSED, str(refusal)
    return BindingOutcome.BOUND, ""


def line(
    batch: BindingBatch,
    account_id: int,
    client_id: int | None,
    outcome: BindingOutcome,
    words: str,
    *,
    is_new: bool = False,
) -> BindingLine:
    """Return one line of a batch, not yet written."""
    return BindingLine(
        batch=batch,
        account_id=account_id,
        client_id=client_id,
        outcome=outcome,
        words=words[:200],
        is_new_client=is_new,
    )


def close(
    batch: BindingBatch, lines: list[BindingLine], *, asked: int, actor: Actor, now: datetime
) -> None:
    """Write the lines of a batch and tell of it."""
    BindingLine.objects.bulk_create(lines)
    new = {one.client_id for one in lines if one.is_new_client}
    event = AccountsBound(
        batch_id=batch.pk,
        asked=asked,
        given=sum(one.outcome in GIVEN for one in lines),
        registered=len(new),
    )
    outbox.emit(event, actor=actor, subjects=[("binding", batch.pk)], now=now)


def _taken_back(
    one: BindingLine, account: TradingAccount, batch: BindingBatch, actor: Actor, now: datetime
) -> BindingOutcome:
    if (account.client_id, account.bound_at) != (one.client_id, batch.made_at):
        return BindingOutcome.CHANGED_SINCE
    try:
        trading_accounts.take(account, reason=_("Undone at once"), actor=actor, now=now)
    except trading_accounts.MoneyUnderWay:
        return BindingOutcome.CHANGED_SINCE
    return BindingOutcome.UNDONE


def _close_new_clients(made: list[BindingLine], actor: Actor, now: datetime) -> None:
    """Close the clients whom the act registered and who own nothing any more."""
    new = {one.client_id for one in made if one.is_new_client and one.client_id is not None}
    owning = set(
        TradingAccount.objects.filter(client_id__in=new).values_list("client_id", flat=True)
    )
    for client_id in sorted(new - owning):
        clients.change_status(
            client_id=client_id,
            verb="close",
            reason=_("Registered by a bulk act that was undone"),
            actor=actor,
            now=now,
        )

"""Mirrors what MetaTrader says: one pass over a server, and the news of its stream.

These actions are silent: they repeat what somebody did on the server, thousands of times an hour;
the mirror itself is the record. What nobody there recorded, a deleted open ticket, is an event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, OperationalError, transaction

from backoffice.core import live, locks
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from trading.actions import gateways, lost_records, snapshots, sync_passes
from trading.gateway.codes import NO_SUCH_ACCOUNT
from trading.gateway.errors import GatewayError, Refused
from trading.gateway.port import Gateway, News
from trading.mirror import books, compare, moves
from trading.mirror.copy import Written
from trading.mirror.moves import Moved
from trading.models import Server, ServerState
from trading.states import ServerStatus
from trading.terms import AccountRecord, TradeRecord

ACTOR = Actor.system("sync")
#: News after which frames may have been lost: the mirror reads the server anew.
BREAKS = frozenset({"snapshot_start", "start", "gap"})
LONGEST_REASON = 300
SKEW = timedelta(seconds=2)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What one pass over a server did; `finished` false: the next one goes on from here."""

    finished: bool = False
    symbols: Written = field(default_factory=Written)
    groups: Written = field(default_factory=Written)
    accounts: Written = field(default_factory=Written)
    tickets: Moved = field(default_factory=Moved)
    vanished: int = 0
    trouble: str = ""


def sync_server(*, server_id: int, now: datetime, full: bool = False) -> Synced:
    """Bring one server's mirror up to date; `full` compares every login and every open price too.

    A server that cannot be read is an answer, not an error: its state says so in one sentence, and
    every page that was written before stays whole. A pass that is under way already is left alone.
    """
    with locks.alone(f"sync:{server_id}") as ours:
        if not ours:
            return Synced()
        server = Server.objects.get(pk=server_id)
        try:
            synced = _read(server, now, full=full)
        except OperationalError:
            raise  # our own database is away: nothing can be said about the server
        except (GatewayError, Later) as reason:
            return _trouble(server, str(reason), now)
        except (DatabaseError, sync_passes.BadRecords) as reason:
            log.warning("records_not_kept", server=server.code, reason=str(reason))
            return _trouble(server, f"The server sent what cannot be kept: {reason}", now)
    return synced


def apply(*, server_id: int, news: Sequence[News], now: datetime) -> Moved:
    """Take a batch of a server's news into the mirror, in its order.

    After a break in the stream, or news of a login that the mirror does not know, the server is
    read anew.
    """
    accounts = [one.account for one in news if one.account is not None]
    deleted = _deleted(news)
    trades = [
        one.trade for one in news if one.trade is not None and one.trade.ticket not in deleted
    ]
    moved, unknown_group = _take(server_id, accounts, trades, now, told_at=_told_at(news, now))
    if deleted:
        moved += _settle_deleted(server_id, deleted, now)
    if gone := _gone(news):
        _settle_gone(server_id, gone)
    if moved.strangers or unknown_group or any(one.kind in BREAKS for one in news):
        sync_server(server_id=server_id, now=now)
    if moved.strangers:
        moved = _take(server_id, (), moved.strangers, now, told_at=now)[0] + moved
    return moved


def _told_at(news: Sequence[News], now: datetime) -> datetime:
    """Return as of when a batch's prices are true: news that waited are older than a reading since.

    Clocks may differ by SKEW; what is taken for older than it is comes again with the next pass.
    """
    return min([now, *(one.at + SKEW for one in news[-1:])])


def _take(
    server_id: int,
    accounts: Sequence[AccountRecord],
    trades: Sequence[TradeRecord],
    now: datetime,
    *,
    told_at: datetime,
) -> tuple[Moved, bool]:
    """Write the news. Only open tickets are written as of `told_at`: what is closed or moved money
    counts from when we knew of it, which absence proofs rest on.
    """
    latest = {one.ticket: one for one in trades}.values()
    with transaction.atomic():
        sync_passes.lock(server_id)
        _, unknown = books.write_accounts(server_id, accounts, now)
        known = books.owners(server_id, {one.login for one in trades})
        moved = moves.write_tickets(
            server_id, [one for one in latest if one.is_open], known, told_at
        )
        moved += moves.write_tickets(
            server_id, [one for one in latest if not one.is_open], known, now
        )
        ServerState.objects.filter(server_id=server_id).update(last_message_at=now)
        topics = {live.account(owner.account_id) for owner in known.values()}
        live.show_all(sorted(topics), {"what": "tickets"})
    return moved, bool(unknown)


def _settle_deleted(server_id: int, tickets: frozenset[int], now: datetime) -> Moved:
    """Settle deleted tickets; a server that does not answer is left to the next pass."""
    server = Server.objects.get(pk=server_id)
    try:
        gateway = gateways.gateway_of(server)
        lost_records.settle_deleted(gateway, server_id, tickets, now=now)
        return snapshots.settle_deleted(gateway, server_id, tickets, actor=ACTOR, now=now)[0]
    except (GatewayError, Later) as reason:
        log.warning("deleted_tickets_not_settled", server=server.code, reason=str(reason))
        return Moved()


def _settle_gone(server_id: int, logins: frozenset[int]) -> None:
    """Mark accounts that the server deleted, once it says that it lacks them; else the next pass.

    News can come twice, and after the login was given again: so the server is asked.
    """
    server = Server.objects.get(pk=server_id)
    try:
        gateway = gateways.gateway_of(server)
        lost = frozenset(login for login in logins if not _is_there(gateway, login))
    except (GatewayError, Later) as reason:
        log.warning("deleted_accounts_not_settled", server=server.code, reason=str(reason))
        return
    nobody = frozenset[int]()
    with transaction.atomic():
        sync_passes.lock(server_id)
        compare.mark_logins(server_id, compare.LoginDifference(nobody, lost, nobody))


def _is_there(gateway: Gateway, login: int) -> bool:
    try:
        gateway.account(login=login)
    except Refused as no:
        if no.code != NO_SUCH_ACCOUNT:
            raise
        return False
    return True


def _gone(news: Iterable[News]) -> frozenset[int]:
    """Return the logins whose latest news is that their account was deleted."""
    gone: set[int] = set()
    for one in news:
        if one.kind == "account_delete":
            gone.add(one.login)
        elif one.account is not None:
            gone.discard(one.account.login)
    return frozenset(gone)


def _deleted(news: Iterable[News]) -> frozenset[int]:
    """Return the tickets whose latest news is that they were deleted."""
    deleted: set[int] = set()
    for one in news:
        if one.kind == "trade_delete":
            deleted.add(one.ticket)
        elif one.trade is not None:
            deleted.discard(one.trade.ticket)
    return frozenset(deleted)


def _read(server: Server, now: datetime, *, full: bool) -> Synced:
    """Ask the server everything in order, and write each answer in a transaction of its own."""
    gateway = gateways.gateway_of(server)
    info = gateway.server_info()
    state = sync_passes.open_state(server, info, now)
    symbols, groups = _books(gateway, server.pk, now)
    run = sync_passes.Run(gateway=gateway, state=state, info=info, now=now)
    accounts = sync_passes.read_accounts(run)
    tickets = sync_passes.read_trades(run) if run.finished else Moved()
    vanished = 0
    if run.finished:
        more, vanished = snapshots.settle_open(run, full=full, actor=ACTOR)
        tickets += more
        if full:
            accounts += snapshots.settle_accounts(run) + snapshots.settle_logins(run)
            run.repaired += lost_records.settle_recent(gateway, server.pk, now=now)
        sync_passes.close_state(run, full=full)
    return Synced(
        finished=run.finished,
        symbols=symbols,
        groups=groups,
        accounts=accounts,
        tickets=tickets,
        vanished=vanished,
    )


def _books(gateway: Gateway, server_id: int, now: datetime) -> tuple[Written, Written]:
    symbols, groups = gateway.symbols(), gateway.groups()
    with transaction.atomic():
        sync_passes.lock(server_id)
        if not getattr(gateway, "knows_settings", True):
            return books.name_books(server_id, symbols, groups, now)
        return (
            books.write_symbols(server_id, symbols, now),
            books.write_groups(server_id, groups, now),
        )


def _trouble(server: Server, reason: str, now: datetime) -> Synced:
    """Say that the server could not be read, since when, and why."""
    with transaction.atomic():
        state = sync_passes.state_of(server.pk)
        if state.status != ServerStatus.UNREACHABLE:
            state.status, state.status_since = ServerStatus.UNREACHABLE, now
        state.status_reason = " ".join(reason.split())[:LONGEST_REASON]
        state.save(update_fields=["status", "status_since", "status_reason"])
    log.warning("server_not_read", server=server.code, reason=state.status_reason)
    return Synced(trouble=state.status_reason)

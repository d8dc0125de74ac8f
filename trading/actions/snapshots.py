"""Key snapshots: what left the server's open set, and which logins came and went."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from backoffice.core import outbox
from backoffice.core.actors import Actor
from trading.actions import sync_passes
from trading.events import TicketVanished
from trading.gateway.lines import Lines
from trading.gateway.port import Gateway
from trading.mirror import books, compare, moves
from trading.mirror.compare import Missing
from trading.mirror.copy import Written
from trading.mirror.moves import Moved
from trading.mirror.rows import is_closed
from trading.models import Position
from trading.terms import AccountRecord, TradeRecord

#: Room for clocks that differ, on both sides of a question for history.
MARGIN = timedelta(days=1)


def settle_open(run: sync_passes.Run, *, full: bool, actor: Actor) -> tuple[Moved, int]:
    """Compare the open tickets with the server's; return what moved and how many were deleted.

    A ticket of ours that left the open set is looked up in its account's history: found closed, it
    becomes a closed trade; not found at all, it was deleted. One that we lack is read. A `full`
    comparison reads every open ticket, with its prices; otherwise their numbers do.
    """
    if full:
        standing = Lines.of(TradeRecord, run.gateway.open_trades())
        tickets = [int(ticket) for ticket in standing.values("ticket")]
    else:
        tickets = list(run.gateway.open_tickets())
        standing = _found_open(run, tickets)
    missing = compare.missing_tickets(run.server_id, tickets, run.now)
    closed = Lines.of(TradeRecord, _found_closed(run.gateway, missing, run.now))
    run.repaired += len(closed.before("changed_stamp", sync_passes.recent_stamp(run)))
    gone = {one.ticket for one in missing} - {int(one) for one in closed.values("ticket")}
    moved = Moved()
    for some in (*standing.parted(sync_passes.AT_ONCE), closed):
        with transaction.atomic():
            sync_passes.lock(run.server_id)
            moved += sync_passes.write_trades(run, some, at_market=full)
    with transaction.atomic():
        sync_passes.lock(run.server_id)
        return moved, vanish(run.server_id, gone, actor=actor, now=run.now)


def _found_open(run: sync_passes.Run, tickets: Sequence[int]) -> Lines[TradeRecord]:
    """Return the open tickets that we lack: just opened ones by the cursor, others from the list.

    Those that the cursor does not tell of had a stamp that it had passed already.
    """
    unknown = {str(one) for one in compare.unknown_tickets(run.server_id, tickets)}
    found = Lines(TradeRecord, "")
    if unknown:
        for page in sync_passes.recent_trades(run):
            found += Lines.of(TradeRecord, page.records).where("ticket", unknown)
    if unknown := unknown - found.values("ticket"):
        lost = Lines.of(TradeRecord, run.gateway.open_trades()).where("ticket", unknown)
        run.repaired += len(lost)
        found += lost
    return found


def settle_deleted(
    gateway: Gateway, server_id: int, tickets: Iterable[int], *, actor: Actor, now: datetime
) -> tuple[Moved, int]:
    """Settle open tickets that the server says it deleted: cancelled ones are in its history."""
    missing = compare.our_tickets(server_id, tickets)
    closed = _found_closed(gateway, missing, now)
    gone = {one.ticket for one in missing} - {record.ticket for record in closed}
    with transaction.atomic():
        sync_passes.lock(server_id)
        known = books.owners(server_id, {record.login for record in closed})
        moved = moves.write_tickets(server_id, closed, known, now)
        return moved, vanish(server_id, gone, actor=actor, now=now)


def settle_accounts(run: sync_passes.Run) -> Written:
    """Compare every account with the server's, whatever its stamp says."""
    written, since = Written(), sync_passes.recent_stamp(run)
    for page in sync_passes.every_account(run.gateway):
        records = Lines.of(AccountRecord, page.records)
        sync_passes.know_groups(run, records)
        for some in records.before("changed_stamp", since).parted(sync_passes.AT_ONCE):
            with transaction.atomic():
                sync_passes.lock(run.server_id)
                changed = sync_passes.write_accounts(run, some)
            run.repaired += changed.inserted + changed.updated
            written += changed
    return written


def settle_logins(run: sync_passes.Run) -> Written:
    """Compare the logins with the server's: read those we lack, mark those it lost."""
    logins = run.gateway.logins()
    difference = compare.compare_logins(run.server_id, logins, run.now)
    written = sync_passes.know_logins(run, difference.unknown)
    with transaction.atomic():
        sync_passes.lock(run.server_id)
        compare.mark_logins(run.server_id, difference)
    return written


def vanish(server_id: int, tickets: Iterable[int], *, actor: Actor, now: datetime) -> int:
    """Take away open tickets that the server deleted, and tell of each; return how many."""
    gone = list(
        Position.objects.filter(server_id=server_id, ticket__in=set(tickets))
        .select_related("account", "server")
        .order_by("id")
    )
    for position in gone:
        subjects: list[tuple[str, int | str]] = [("account", position.account_id)]
        if position.account.client_id is not None:
            subjects.append(("client", position.account.client_id))
        outbox.emit(
            TicketVanished(
                account_id=position.account_id,
                server=position.server.name,
                login=position.account.login,
                ticket=position.ticket,
                command=position.cmd,
                symbol=position.symbol,
                volume_hundredths=position.volume_hundredths,
            ),
            actor=actor,
            subjects=subjects,
            now=now,
        )
    return moves.delete_open(server_id, [position.ticket for position in gone])


def _found_closed(
    gateway: Gateway, missing: tuple[Missing, ...], now: datetime
) -> list[TradeRecord]:
    """Return the closing records of these tickets, as far as the server has them."""
    by_login: defaultdict[int, list[Missing]] = defaultdict(list)
    for one in missing:
        by_login[one.login].append(one)
    found: list[TradeRecord] = []
    for login, tickets in sorted(by_login.items()):
        wanted = {one.ticket for one in tickets}
        start = min(one.opened_at for one in tickets) - MARGIN
        history = gateway.history(login=login, start=start, end=now + MARGIN)
        found += [record for record in history if record.ticket in wanted and is_closed(record)]
    return found

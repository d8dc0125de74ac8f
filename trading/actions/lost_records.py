"""Money records that a server does not have any more: somebody deleted them from its history.

MetaTrader archives, so a record that is in no list is not thereby lost. It is lost when the server
says by its stream that it deleted it, or has it no more after some hours, and lacks it when asked;
or when the account's balance differs by exactly what its history lacks. Our row stays, marked; a
record that comes back is unmarked.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.db import transaction

from backoffice.core import live
from backoffice.core.errors import Later
from trading.actions import sync_passes
from trading.actions.gateways import gateway_of
from trading.gateway.codes import INVALID_DATA
from trading.gateway.errors import GatewayError, Refused
from trading.gateway.port import Gateway
from trading.models import BalanceRecord, TradingAccount
from trading.terms import Cmd

#: Room for clocks that differ, on both sides of a question for history.
MARGIN = timedelta(days=1)
#: How far back a record is looked for: nothing younger is archived.
DEPTH = timedelta(days=31)
#: What every full comparison looks at again, and what may still be on its way to the lists.
RECENT = timedelta(hours=2)
LAG = timedelta(minutes=1)

log = structlog.get_logger(__name__)


def settle_deleted(
    gateway: Gateway, server_id: int, tickets: Iterable[int], *, now: datetime
) -> int:
    """Mark the money records among deleted tickets that the server lacks; return how many."""
    rows = BalanceRecord.objects.filter(
        server_id=server_id, ticket__in=set(tickets), gone_at__isnull=True
    )
    gone = [row.pk for row in rows if _is_lost(gateway, row.ticket)]
    return _mark(server_id, gone, now) if gone else 0


def settle_recent(gateway: Gateway, server_id: int, *, now: datetime) -> int:
    """Mark the money records of the last hours that the server lacks; return how many.

    A source that does not list what is closed by time is passed over.
    """
    if getattr(gateway, "closed_trades", None) is None:
        return 0
    rows = BalanceRecord.objects.filter(
        server_id=server_id, gone_at__isnull=True, recorded_at__range=(now - RECENT, now - LAG)
    )
    ours = dict(rows.values_list("ticket", "pk"))
    if not ours:
        return 0
    for ticket in _closed_since(gateway, now - RECENT - LAG, now + LAG):
        ours.pop(ticket, None)
    gone = [key for ticket, key in ours.items() if _is_lost(gateway, ticket)]
    return _mark(server_id, gone, now) if gone else 0


def look_for_lost(*, account_id: int, missing: Decimal, now: datetime) -> bool:
    """Ask the server for the records of an account whose balance lacks an amount.

    Returns whether the mirror knows more now: either records are gone that moved exactly this
    amount, or some that were marked are there again. A server that does not answer says nothing.
    """
    account = TradingAccount.objects.select_related("server").get(pk=account_id)
    start = now - DEPTH
    ours = list(BalanceRecord.objects.filter(account_id=account_id, recorded_at__gte=start))
    try:
        gateway = gateway_of(account.server)
        history = gateway.history(login=account.login, start=start - MARGIN, end=now + MARGIN)
    except (GatewayError, Later) as reason:
        log.warning("lost_records_not_looked_for", account_id=account_id, reason=str(reason))
        return False
    there = {record.ticket for record in history}
    back = [row.pk for row in ours if row.gone_at is not None and row.ticket in there]
    lacking = [row for row in ours if row.gone_at is None and row.ticket not in there]
    moved = sum((row.amount for row in lacking if row.cmd == Cmd.BALANCE), Decimal(0))
    changed = _unmark(account.server_id, back, now) if back else 0
    if lacking and moved == missing:
        changed += _mark(account.server_id, [row.pk for row in lacking], now)
    return bool(changed)


def _closed_since(gateway: Gateway, start: datetime, end: datetime) -> Iterator[int]:
    cursor = ""
    while True:
        page = gateway.closed_trades(start=start, end=end, cursor=cursor)
        yield from (record.ticket for record in page.records)
        cursor = page.next_cursor
        if not cursor:
            return


def _is_lost(gateway: Gateway, ticket: int) -> bool:
    """Return whether the server says that it has no such ticket, open or closed."""
    try:
        gateway.trade(ticket=ticket)
    except Refused as no:
        if no.code != INVALID_DATA:
            raise
        return True
    return False


def _mark(server_id: int, keys: list[int], now: datetime) -> int:
    return _write(server_id, keys, now, gone_at=now)


def _unmark(server_id: int, keys: list[int], now: datetime) -> int:
    return _write(server_id, keys, now, gone_at=None)


@transaction.atomic
def _write(server_id: int, keys: list[int], now: datetime, *, gone_at: datetime | None) -> int:
    """Write the mark; `mirrored_at` with it, so that whoever follows the mirror sees it."""
    sync_passes.lock(server_id)
    rows = BalanceRecord.objects.filter(pk__in=keys)
    touched = rows.update(gone_at=gone_at, mirrored_at=now)
    topics = {live.account(one) for one in rows.values_list("account_id", flat=True)}
    live.show_all(sorted(topics), {"what": "tickets"})
    return touched

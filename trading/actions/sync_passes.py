"""The passes of a synchronisation: pages of accounts and trades since a stamp, and where we stand.

The cursor is the server's wall clock at the beginning of the last whole pass; each pass begins an
overlap before it, because many changes share a second. Where the wall clock went back (the end of
summer time), the pass begins where the clock would have stood at the last one. The end of a page is
written in one transaction with the cursor that follows it, so an interrupted pass goes on where it
stopped. While a page is written, the next one is asked for already.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import F

from backoffice.core import locks
from trading.gateway.errors import BadMessage
from trading.gateway.lines import Lines
from trading.gateway.port import Gateway, Page
from trading.mirror import books, bulk, compare, moves
from trading.mirror.copy import Written
from trading.mirror.moves import Moved
from trading.models import Server, ServerState
from trading.states import ServerStatus
from trading.terms import AccountRecord, ServerInfo, TradeRecord

T = TypeVar("T")

log = structlog.get_logger(__name__)

OVERLAP_SECONDS = 120
#: So many tickets are written in one transaction: news of the stream wait for it.
AT_ONCE = 2000
#: A pass stops here and goes on at the next turn: the task that runs it has a time limit.
BUDGET_SECONDS = 120
LOCK_TIMEOUT_MS = 30_000


class BadRecords(Exception):
    """The server's records contradict each other; one sentence."""


@dataclass
class Run:
    """One pass under way. `finished` turns false when the time was not enough."""

    gateway: Gateway
    state: ServerState
    info: ServerInfo
    now: datetime
    started: float = field(default_factory=time.monotonic)
    finished: bool = True
    repaired: int = 0  # what a comparison found that neither stream nor cursor had told of
    known: bulk.Owners = field(default_factory=dict)  # whose the logins are that came so far
    parents: dict[str, str] = field(default_factory=dict)  # see bulk.copy_tickets

    @property
    def server_id(self) -> int:
        """Return the key of the server that is read."""
        return self.state.server_id

    def learn(self, logins: set[str]) -> set[str]:
        """Find out whose these logins are; return those that the mirror does not know."""
        missing = logins - self.known.keys()
        if missing:
            self.known |= bulk.owners(self.server_id, missing)
        return missing - self.known.keys()

    @property
    def out_of_time(self) -> bool:
        """Return whether the pass should stop after this page."""
        return time.monotonic() - self.started > BUDGET_SECONDS


def lock(server_id: int) -> None:
    """Make this transaction the only one that writes this server's mirror. Later, when busy."""
    locks.advisory(f"mirror:{server_id}", timeout_ms=LOCK_TIMEOUT_MS)


def state_of(server_id: int) -> ServerState:
    """Return the state of a server, locked; it is made with the first look at it."""
    ServerState.objects.bulk_create([ServerState(server_id=server_id)], ignore_conflicts=True)
    return ServerState.objects.select_for_update().get(pk=server_id)


def open_state(server: Server, info: ServerInfo, now: datetime) -> ServerState:
    """Note that the server answers, and return where its mirror stands."""
    with transaction.atomic():
        state = state_of(server.pk)
        status = ServerStatus.LOADING if state.synced_at is None else ServerStatus.CURRENT
        if state.status != status:
            state.status, state.status_since = status, now
        state.status_reason, state.journal_id = "", info.journal_id
        state.save(update_fields=["status", "status_since", "status_reason", "journal_id"])
    return state


def close_state(run: Run, *, full: bool) -> None:
    """Note that the mirror is as the server was when the pass began."""
    changes: dict[str, Any] = {"synced_at": run.now, "status_reason": ""}
    if full:
        moves.ensure_months(months_ahead(run.now))
        changes |= {"last_full_at": run.now, **compare.rows_held(run.server_id)}
    if run.repaired:
        log.warning("gap_repaired", server_id=run.server_id, records=run.repaired)
        changes |= {"repaired": F("repaired") + run.repaired, "repaired_at": run.now}
    states = ServerState.objects.filter(pk=run.server_id)
    states.update(**changes)
    states.exclude(status=ServerStatus.CURRENT).update(
        status=ServerStatus.CURRENT, status_since=run.now
    )


def months_ahead(now: datetime) -> set[str]:
    """Return this month and the next two, whose partitions are made before they are needed."""
    months = now.year * 12 + now.month - 1
    return {f"{month // 12:04}-{month % 12 + 1:02}" for month in range(months, months + 3)}


def recent_stamp(run: Run) -> int:
    """Return the stamp since which changes may still be on their way by stream and cursor."""
    return wall_stamp(run.info.server_time) - OVERLAP_SECONDS


def read_accounts(run: Run) -> Written:
    """Read the accounts that changed since the last pass."""
    return sum(_pages(run, USERS, run.gateway.accounts), Written())


def read_trades(run: Run) -> Moved:
    """Read the tickets that changed since the last pass; tickets of new logins bring those too."""
    if run.state.trades_page:
        run.parents = bulk.links(run.server_id)
    return sum(_pages(run, TRADES, run.gateway.trades), Moved())


def write_accounts(run: Run, records: Lines[AccountRecord]) -> Written:
    """Write accounts, within a transaction. BadRecords for a group that the mirror lacks."""
    written, unknown = bulk.write_accounts(run.server_id, records.split(), run.now)
    if unknown:
        named = ", ".join(sorted(unknown))
        raise BadRecords(f"accounts are in groups that it does not list: {named}")
    return written


def know_groups(run: Run, records: Lines[AccountRecord]) -> None:
    """Read the groups anew where an account is in one that is newer than our reading of them."""
    if books.unknown_groups(run.server_id, records.values("group")):
        groups = run.gateway.groups()
        with transaction.atomic():
            lock(run.server_id)
            if getattr(run.gateway, "knows_settings", True):
                books.write_groups(run.server_id, groups, run.now)
            else:
                books.name_books(run.server_id, (), groups, run.now)


def know_logins(run: Run, wanted: Iterable[int]) -> Written:
    """Read the accounts that the mirror lacks of these logins; return what was written."""
    unknown = run.learn({str(login) for login in wanted})
    written = Written()
    if not unknown:
        return written
    for page in every_account(run.gateway):
        found = Lines.of(AccountRecord, page.records).where("login", unknown)
        if found:
            know_groups(run, found)
            with transaction.atomic():
                lock(run.server_id)
                written += write_accounts(run, found)
    return written


def _know_logins_of(run: Run, records: Lines[TradeRecord]) -> None:
    know_logins(run, map(int, records.values("login")))


def write_trades(run: Run, records: Lines[TradeRecord], *, at_market: bool = False) -> Moved:
    """Write tickets, within a transaction; those of logins that nobody knows are passed over."""
    fields, unknown = records.split(), run.learn(records.values("login"))
    if unknown:
        fields = records.where("login", records.values("login") - unknown).split()
    return bulk.write_tickets(
        run.server_id, fields, run.known, run.parents, run.now, at_market=at_market
    )


def every_account(gateway: Gateway) -> Iterator[Page[AccountRecord]]:
    """Yield every account of the server, page by page."""
    return _every(gateway.accounts, 0)


def recent_trades(run: Run) -> Iterator[Page[TradeRecord]]:
    """Yield, page by page, the tickets that changed since shortly before this pass."""
    return _every(run.gateway.trades, recent_stamp(run))


def _every(ask: Callable[..., Page[T]], since: int) -> Iterator[Page[T]]:
    cursor = ""
    while True:
        page = ask(since_stamp=since, cursor=cursor)
        yield page
        cursor = page.next_cursor
        if not cursor:
            return


@dataclass(frozen=True)
class Kind:
    """One kind of page: its cursors' prefix, its records, what a page needs, how it is written."""

    prefix: str
    record: type
    prepare: Callable[[Run, Any], None]
    write: Callable[[Run, Any], Any]


USERS = Kind("users", AccountRecord, know_groups, write_accounts)
TRADES = Kind("trades", TradeRecord, _know_logins_of, write_trades)


def _pages(run: Run, kind: Kind, ask: Callable[..., Page[Any]]) -> Iterator[Any]:
    """Yield what writing each page did. The cursor moves with each, the stamp with the last."""
    stamp, begun_at, page_key = (
        f"{kind.prefix}_{part}" for part in ("stamp", "pass_stamp", "page")
    )
    wall = wall_stamp(run.info.server_time)
    first: str = getattr(run.state, page_key)
    begun: int = getattr(run.state, begun_at) if first else wall
    since = max(0, min(getattr(run.state, stamp), _last_reading(run, wall)) - OVERLAP_SECONDS)
    for page in _asked(run, ask, since, first, page_key):
        records = Lines.of(kind.record, page.records)
        kind.prepare(run, records)
        changes: dict[str, Any] = {page_key: page.next_cursor, begun_at: begun}
        if not page.next_cursor:
            changes[stamp] = begun
        *parts, rest = _parts(run, records)
        for part in parts:
            with transaction.atomic():
                lock(run.server_id)
                done = kind.write(run, part)
            yield done
        with transaction.atomic():
            lock(run.server_id)
            done = kind.write(run, rest)
            ServerState.objects.filter(pk=run.server_id).update(**changes)
        yield done
        if page.next_cursor and run.out_of_time:
            run.finished = False
            return


def _parts(run: Run, records: Lines[Any]) -> list[Lines[Any]]:
    """Return a page in parts that are written one by one, at least one; the first load has no news
    that would wait, and goes in whole.
    """
    if run.state.synced_at is None or len(records) <= AT_ONCE:
        return [records]
    return list(records.parted(AT_ONCE))


def _last_reading(run: Run, wall: int) -> int:
    """Return what the clock of now would have shown when the last whole pass began.

    Where it went back since then, that is before the last pass's own reading: the hour that came
    twice is read from its second beginning on.
    """
    if run.state.synced_at is None:
        return wall
    return wall - max(0, int((run.now - run.state.synced_at).total_seconds()))


def _asked(
    run: Run, ask: Callable[..., Page[Any]], since: int, cursor: str, page_key: str
) -> Iterator[Page[Any]]:
    """Yield the pages, each asked for while the one before it is written.

    A cursor that the server does not take is forgotten: the pass starts over.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="pages") as ahead:
        try:
            page = ask(since_stamp=since, cursor=cursor)
            while page.next_cursor and not run.out_of_time:
                following = ahead.submit(ask, since_stamp=since, cursor=page.next_cursor)
                yield page
                page = following.result()
            yield page
        except BadMessage:
            ServerState.objects.filter(pk=run.server_id).update(**{page_key: ""})
            raise


def wall_stamp(wall_time: datetime) -> int:
    """Return a naive wall clock time as MetaTrader stamps it: whole seconds since 1970."""
    return int(wall_time.replace(tzinfo=UTC).timestamp())

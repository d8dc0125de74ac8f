"""One pass over a server: what it brings, what it repeats, what it survives."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError

from backoffice.core import records
from tests.factories.market import (
    NOON,
    STAMP,
    a_balance_record,
    a_closed_trade,
    a_group,
    a_record,
    a_spec,
    a_trade,
    wall,
)
from tests.factories.servers import MemoryGateway, a_server
from trading.actions import sync, sync_passes
from trading.gateway.port import News
from trading.mirror import bulk
from trading.mirror.copy import Written
from trading.models import (
    BalanceRecord,
    Deal,
    Group,
    Position,
    Server,
    ServerState,
    Symbol,
    TradingAccount,
)
from trading.states import ServerStatus

LATER = NOON + timedelta(seconds=15)


def counts() -> tuple[int, int, int, int]:
    """Return how many accounts, open tickets, closed ones and balance records there are."""
    models: tuple[Any, ...] = (TradingAccount, Position, Deal, BalanceRecord)
    return tuple(model.objects.count() for model in models)  # type: ignore[return-value]


def fill(gateway: MemoryGateway) -> None:
    """Put three accounts with seven tickets on the server."""
    gateway.account_list = [a_record(login) for login in (1, 2, 3)]
    gateway.put(*(a_trade(ticket, 1) for ticket in (1, 2)))
    gateway.put(*(a_closed_trade(ticket, 2) for ticket in (3, 4, 5)))
    gateway.put(*(a_balance_record(ticket, 3) for ticket in (6, 7)))


def test_brings_everything_once(server: Server, gateway: MemoryGateway) -> None:
    """The second pass asks for what changed since, overlap included, and writes nothing."""
    fill(gateway)
    first = sync.sync_server(server_id=server.pk, now=NOON)
    assert first.finished
    assert (first.symbols, first.groups) == (Written(inserted=1), Written(inserted=1))
    assert first.accounts == Written(inserted=3)
    assert counts() == (3, 2, 3, 2)

    gateway.at, gateway.asked = LATER, []
    again = sync.sync_server(server_id=server.pk, now=LATER)
    assert again.accounts == again.tickets.positions == again.tickets.deals == Written()
    wall_stamp = sync_passes.wall_stamp(wall(NOON))
    assert f"trades since {wall_stamp - sync_passes.OVERLAP_SECONDS} after " in gateway.asked
    state = ServerState.objects.get(pk=server.pk)
    assert state.status == ServerStatus.CURRENT
    assert (state.synced_at, state.last_full_at) == (LATER, None)


def test_goes_on_where_it_stopped(server: Server, gateway: MemoryGateway) -> None:
    """Whole pages stay, half ones never come; the interrupted pass goes on at its page."""
    fill(gateway)
    gateway.page_size = 2
    answer = gateway.trades

    def breaks(**asked: Any) -> Any:
        if asked["cursor"] == "4":
            gateway.fails = {"trades"}
        return answer(**asked)

    gateway.trades = breaks  # type: ignore[method-assign]
    broken = sync.sync_server(server_id=server.pk, now=NOON)
    assert not broken.finished
    assert broken.trouble == "The agent at 127.0.0.1:1 does not answer."
    assert counts() == (3, 2, 2, 0)
    state = ServerState.objects.get(pk=server.pk)
    assert (state.status, state.trades_page, state.trades_stamp) == ("unreachable", "4", 0)
    assert (state.status_since, state.synced_at) == (NOON, None)

    gateway.fails, gateway.asked, gateway.trades = set(), [], answer  # type: ignore[method-assign]
    done = sync.sync_server(server_id=server.pk, now=LATER)
    assert done.finished
    assert "trades since 0 after 4" in gateway.asked
    assert "trades since 0 after " not in gateway.asked
    assert counts() == (3, 2, 3, 2)
    state.refresh_from_db()
    assert (state.status, state.trades_page) == ("current", "")


def test_a_page_of_news_is_written_in_parts_and_its_cursor_moves_with_the_last(
    server: Server, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """News of the stream wait for a part at most; a page that broke off is read again."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    before = ServerState.objects.get(pk=server.pk).trades_stamp
    monkeypatch.setattr(sync_passes, "AT_ONCE", 2)
    gateway.put(*(a_trade(ticket, 1, comment="late") for ticket in (11, 12, 13, 14, 15)))
    write, sizes = bulk.write_tickets, list[int]()

    def breaks(server_id: int, lines: Any, *rest: Any, **named: Any) -> Any:
        sizes.append(len(lines))
        if len(sizes) == 5:
            raise DatabaseError("the disk is full")
        return write(server_id, lines, *rest, **named)

    monkeypatch.setattr(bulk, "write_tickets", breaks)
    gateway.at = LATER
    assert "the disk is full" in sync.sync_server(server_id=server.pk, now=LATER).trouble
    assert sizes == [2, 2, 2, 2, 2]  # of seven old tickets and five new ones
    assert Position.objects.filter(comment="late").count() == 1
    assert ServerState.objects.get(pk=server.pk).trades_stamp == before

    assert sync.sync_server(server_id=server.pk, now=LATER).finished
    assert Position.objects.filter(comment="late").count() == 5
    assert ServerState.objects.get(pk=server.pk).trades_stamp > before


def test_a_pass_that_takes_too_long_goes_on_next_turn(
    server: Server, gateway: MemoryGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task has a time limit; a big server is read in several turns."""
    fill(gateway)
    gateway.page_size = 3
    monkeypatch.setattr(sync_passes, "BUDGET_SECONDS", -1)
    assert not sync.sync_server(server_id=server.pk, now=NOON).finished
    assert ServerState.objects.get(pk=server.pk).status == ServerStatus.LOADING
    assert counts() == (3, 2, 1, 0)
    assert not sync.sync_server(server_id=server.pk, now=NOON).finished
    assert sync.sync_server(server_id=server.pk, now=NOON).finished
    assert counts() == (3, 2, 3, 2)


def test_the_clock_that_goes_back_loses_nothing(server: Server, gateway: MemoryGateway) -> None:
    """At the end of summer time stamps repeat an hour: what changed then is read."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    # An hour later in truth, the wall clock shows the time of the first pass less ten minutes.
    gateway.at = NOON - timedelta(minutes=10)
    late = sync_passes.wall_stamp(wall(gateway.at))
    gateway.put(replace(a_closed_trade(8, 1), changed_stamp=late))
    moved = sync.sync_server(server_id=server.pk, now=NOON + timedelta(minutes=50)).tickets
    assert moved.deals == Written(inserted=1)


def test_what_left_the_open_set_was_closed_or_deleted(
    server: Server, gateway: MemoryGateway
) -> None:
    """Closed: the record moves. Deleted: the row goes, and an event says so."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    # Both changes carry an old stamp, so that only the comparison can find them.
    gateway.put(a_closed_trade(1, 1, changed_stamp=0))
    del gateway.tickets[2]
    gateway.at = LATER
    synced = sync.sync_server(server_id=server.pk, now=LATER)
    assert (synced.tickets.closed, synced.vanished) == (1, 1)
    assert counts() == (3, 0, 4, 2)
    account = TradingAccount.objects.get(login=1)
    (told,) = records.for_subject("account", account.pk)
    assert (told.name, told.fields["ticket"]) == ("trading.ticket.vanished", "2")


def test_deals_outlive_the_servers_archive(server: Server, gateway: MemoryGateway) -> None:
    """A closed trade that the server no longer has stays with us."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.tickets = {}
    sync.sync_server(server_id=server.pk, now=LATER, full=True)
    assert counts() == (3, 0, 3, 2)


def test_a_position_newer_than_the_answer_stays(server: Server, gateway: MemoryGateway) -> None:
    """The feed may have written a ticket after the open list was made."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=LATER)
    gateway.tickets = {}
    sync.sync_server(server_id=server.pk, now=NOON)
    assert Position.objects.count() == 2


def test_the_full_pass_compares_logins(server: Server, gateway: MemoryGateway) -> None:
    """A lost login is marked, a login that was missed is read, a login that is back is back."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.account_list = [a_record(1), a_record(2), a_record(9, changed_stamp=0)]
    synced = sync.sync_server(server_id=server.pk, now=LATER, full=True)
    assert synced.accounts == Written(inserted=1)
    closed = TradingAccount.objects.filter(closed_on_server=True)
    assert list(closed.values_list("login", flat=True)) == [3]
    assert ServerState.objects.get(pk=server.pk).last_full_at == LATER

    gateway.account_list.append(a_record(3, changed_stamp=0))
    sync.sync_server(server_id=server.pk, now=LATER + timedelta(minutes=5), full=True)
    assert not TradingAccount.objects.filter(closed_on_server=True).exists()


def test_new_groups_and_logins_are_read_with_what_names_them(
    server: Server, gateway: MemoryGateway
) -> None:
    """A ticket of a login that is newer than the accounts' page brings the account too."""
    fill(gateway)
    gateway.account_list.append(a_record(4, changed_stamp=0))
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.account_list.append(a_record(5, "new", changed_stamp=0))
    gateway.group_list.append(a_group("new"))
    gateway.put(a_trade(50, 5, changed_stamp=sync_passes.wall_stamp(wall(NOON))))
    synced = sync.sync_server(server_id=server.pk, now=LATER)
    assert synced.tickets.strangers == ()
    assert Position.objects.get(ticket=50).account.group.name == "new"


def test_a_changed_symbol_is_changed(server: Server, gateway: MemoryGateway) -> None:
    """Symbols and groups are compared on every pass."""
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.specs = [a_spec("EURUSD", "EUR", "USD", stops_level=30)]
    gateway.group_list = [a_group(commission_symbols=("EURUSD",))]
    synced = sync.sync_server(server_id=server.pk, now=LATER)
    assert (synced.symbols, synced.groups) == (Written(updated=1), Written(updated=1))
    assert Symbol.objects.get().spec() == gateway.specs[0]
    assert Group.objects.get().spec() == gateway.group_list[0]


def test_records_that_cannot_be_kept_are_told_of(server: Server, gateway: MemoryGateway) -> None:
    """A tenth of a cent in dollars: the page is refused whole, and the state says why."""
    fill(gateway)
    gateway.put(a_closed_trade(3, 2, profit=Decimal("1.001")))
    synced = sync.sync_server(server_id=server.pk, now=NOON)
    assert synced.trouble.startswith("The server sent what cannot be kept: new row for relation")
    assert counts() == (3, 0, 0, 0)


def test_a_server_without_a_key_says_so(
    server: Server, gateway: MemoryGateway, settings: Any
) -> None:
    """One sentence names the variable and the server."""
    settings.MT4_AGENT_KEYS = {}
    synced = sync.sync_server(server_id=server.pk, now=NOON)
    assert synced.trouble == (
        "MT4_AGENT_KEYS holds no key for the server demo-1: add it and start again."
    )
    assert gateway.asked == []


def test_one_server_in_trouble_is_alone(server: Server, gateway: MemoryGateway) -> None:
    """Each server has its own state."""
    other = a_server("demo-2")
    sync.sync_server(server_id=server.pk, now=NOON)
    sync.sync_server(server_id=other.pk, now=NOON)  # no key for it
    states = dict(ServerState.objects.values_list("server__code", "status"))
    assert states == {"demo-1": "current", "demo-2": "unreachable"}


def news(kind: str, **values: Any) -> News:
    """Return one frame."""
    return News(number=1, kind=kind, at=NOON, **values)


def test_news_go_into_the_mirror(server: Server, gateway: MemoryGateway) -> None:
    """Open, change and close within one batch leaves the closed trade."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.asked = []
    moved = sync.apply(
        server_id=server.pk,
        news=[
            news("account", account=a_record(1, balance=Decimal(7))),
            news("trade_open", trade=a_trade(20, 1)),
            news("trade_update", trade=a_trade(20, 1, swap=Decimal(-1))),
            news("trade_close", trade=a_closed_trade(20, 1, changed_stamp=STAMP + 20)),
            news("trade_close", trade=a_balance_record(21, 1, "-5")),
        ],
        now=LATER,
    )
    assert (moved.deals, moved.balances) == (Written(inserted=1), Written(inserted=1))
    assert TradingAccount.objects.get(login=1).balance == Decimal(7)
    assert Position.objects.count() == 2
    assert gateway.asked == []
    assert ServerState.objects.get(pk=server.pk).last_message_at == LATER


def test_news_of_a_new_login_bring_the_account(server: Server, gateway: MemoryGateway) -> None:
    """The server is read anew, then the ticket is written."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    stamp = sync_passes.wall_stamp(wall(NOON))
    gateway.account_list.append(a_record(77, changed_stamp=stamp))
    sync.apply(server_id=server.pk, news=[news("trade_open", trade=a_trade(30, 77))], now=LATER)
    assert Position.objects.get(ticket=30).account.login == 77


def test_news_of_a_deletion_ask_the_history(server: Server, gateway: MemoryGateway) -> None:
    """A cancelled order is in the history and is kept; a deleted one is nowhere."""
    fill(gateway)
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.put(a_closed_trade(1, 1, comment="cancelled"))
    del gateway.tickets[2]
    told = [news("trade_delete", ticket=1), news("trade_delete", ticket=2)]
    sync.apply(server_id=server.pk, news=told, now=LATER)
    assert counts() == (3, 0, 4, 2)
    assert Deal.objects.get(ticket=1).comment == "cancelled"
    account = TradingAccount.objects.get(login=1)
    assert [one.name for one in records.for_subject("account", account.pk)] == [
        "trading.ticket.vanished"
    ]


def test_news_of_a_deleted_account_mark_it_at_once(server: Server, gateway: MemoryGateway) -> None:
    """The server is asked, so that news that come twice take no account away that is there."""
    gateway.account_list = [a_record(1), a_record(2), a_record(3)]
    sync.sync_server(server_id=server.pk, now=NOON)
    gateway.account_list = [a_record(2), a_record(3)]
    news = [News(number=n, kind="account_delete", at=LATER, login=n) for n in (1, 2, 3)]
    back = News(number=4, kind="account", at=LATER, account=a_record(3))
    gateway.fails, gateway.asked = {"account"}, []
    sync.apply(server_id=server.pk, news=news, now=LATER)
    gone = TradingAccount.objects.filter(closed_on_server=True).values_list("login", flat=True)
    assert list(gone) == []  # nobody answered: the next full pass settles it

    gateway.fails = set()
    sync.apply(server_id=server.pk, news=[*news, back], now=LATER)
    assert list(gone.all()) == [1]
    assert gateway.asked == ["account"] * 3  # of 3 the latest news is not that it was deleted


def test_news_that_waited_undo_no_later_reading(server: Server, gateway: MemoryGateway) -> None:
    """The feed was behind: its older price of an open ticket stays out, what it closed goes in."""
    gateway.account_list = [a_record(1)]
    gateway.put(a_trade(1, 1), a_trade(2, 1))
    sync.sync_server(server_id=server.pk, now=NOON)
    older = replace(gateway.tickets[1], close_price=Decimal("1.1"), swap=Decimal(-1))
    gateway.put(replace(older, close_price=Decimal("1.3"), swap=Decimal(-2)))
    gateway.at = LATER
    sync.sync_server(server_id=server.pk, now=LATER, full=True)
    told = [
        News(number=1, kind="trade_update", at=LATER - timedelta(seconds=5), trade=older),
        News(
            number=2,
            kind="trade_close",
            at=LATER - timedelta(seconds=5),
            trade=a_closed_trade(2, 1),
        ),
    ]
    sync.apply(server_id=server.pk, news=told, now=LATER + timedelta(seconds=1))
    standing = Position.objects.get()
    assert (standing.close_price, standing.swap) == (Decimal("1.3"), Decimal(-2))
    assert Deal.objects.get().mirrored_at == LATER + timedelta(seconds=1)


def test_a_break_in_the_stream_reads_the_server(server: Server, gateway: MemoryGateway) -> None:
    """Frames were lost: whatever happened meanwhile is found."""
    sync.sync_server(server_id=server.pk, now=NOON)
    fill(gateway)
    sync.apply(server_id=server.pk, news=[news("gap")], now=LATER)
    assert counts() == (3, 2, 3, 2)

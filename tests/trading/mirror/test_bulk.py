"""Bulk and one by one: the same rows, whatever the records hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.factories.market import (
    NOON,
    a_balance_record,
    a_closed_trade,
    a_group,
    a_record,
    a_trade,
)
from tests.factories.servers import a_server, some_owners
from trading.gateway.lines import Lines
from trading.mirror import books, bulk, moves
from trading.mirror.copy import Written
from trading.mirror.moves import Moved
from trading.models import BalanceRecord, Deal, Group, Position, Server, TradingAccount
from trading.terms import AccountRecord, Cmd, TradeRecord

pytestmark = pytest.mark.django_db
LOGINS = (1001, 1002)


@pytest.fixture
def server() -> Server:
    """A server with two logins."""
    made = a_server()
    some_owners(made, *LOGINS)
    return made


def rows(model: Any) -> list[dict[str, Any]]:
    """Every row of a table, by key."""
    return list(model.objects.order_by("pk").values())


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every ticket of the mirror."""
    return {model.__name__: rows(model) for model in (Position, Deal, BalanceRecord)}


def in_bulk(server: Server, page: Sequence[TradeRecord], parents: Any = None) -> Moved:
    """Write a page of tickets."""
    known = bulk.owners(server.pk, map(str, LOGINS))
    lines = Lines.of(TradeRecord, page).split()
    with transaction.atomic():
        found = {} if parents is None else parents
        return bulk.write_tickets(server.pk, lines, known, found, NOON)


def one_by_one(server: Server, page: Sequence[TradeRecord]) -> Moved:
    """Write a page of tickets as records."""
    owners = books.owners(server.pk, LOGINS)
    with transaction.atomic():
        return moves.write_tickets(server.pk, page, owners, NOON)


CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
PRICES = st.integers(0, 10**9).map(lambda points: Decimal(points).scaleb(-5))
MOMENTS = st.datetimes(
    datetime(2019, 1, 1),  # noqa: DTZ001
    datetime(2026, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
COMMENTS = ["", "from #3", "[sl]", "tab\there", "back\\slash", "line\nfeed", r"\N", "ÄЖ中"]


@st.composite
def some_tickets(draw: st.DrawFn) -> list[TradeRecord]:
    """Tickets of every kind, by rising number."""
    numbers = sorted(draw(st.sets(st.integers(1, 40), min_size=1, max_size=8)))
    made, children = [], draw(st.permutations([f"to #{number}" for number in numbers]))
    for number, child in zip(numbers, children, strict=True):
        cmd, opened = draw(st.sampled_from(Cmd)), draw(MOMENTS)
        closed = opened + timedelta(hours=1) if cmd.is_balance or draw(st.booleans()) else None
        made.append(
            a_trade(
                number,
                draw(st.sampled_from(LOGINS)),
                cmd=cmd,
                symbol="" if cmd.is_balance else draw(st.sampled_from(["EURUSD", "XAU\\USD"])),
                opened_at=opened,
                closed_at=closed,
                closed_server_time=closed and closed.replace(tzinfo=None),
                expires_at=draw(st.none() | MOMENTS),
                comment=draw(st.sampled_from([*COMMENTS, child])),
                **{name: draw(CENTS) for name in ("commission", "swap", "taxes", "profit")},
                **{name: draw(PRICES) for name in ("open_price", "stop_loss", "close_price")},
            )
        )
    return made


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(first=some_tickets(), then=some_tickets())
def test_bulk_writes_what_the_ordinary_way_writes(
    server: Server, first: list[TradeRecord], then: list[TradeRecord]
) -> None:
    """Row for row and field for field: new tickets, then tickets of which some are there."""
    results = []
    for write in (in_bulk, one_by_one):
        with transaction.atomic():
            results.append((write(server, first), write(server, then), everything()))
            transaction.set_rollback(True)
    assert results[0] == results[1]


def test_new_tickets_go_straight_into_their_tables(server: Server) -> None:
    """Whatever stands in the range of a page, in any table, sends the page the longer way."""

    def statements(*numbers: int) -> str:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            in_bulk(server, [a_trade(number) for number in numbers])
            transaction.set_rollback(True)
        return " ".join(str(one["sql"]) for one in asked)

    in_bulk(server, [a_trade(10), a_closed_trade(20), a_balance_record(30)])
    for numbers in ((1, 9), (11, 19), (31,), (9, 1)):
        assert "incoming" not in statements(*numbers), numbers
    for numbers in ((1, 10), (15, 25), (30, 31), (10,)):
        assert "incoming" in statements(*numbers), numbers
    assert Position.objects.get().ticket == 10
    in_bulk(server, [a_trade(40, magic=1), a_trade(39), a_trade(40, magic=2)])
    assert Position.objects.get(ticket=40).magic == 2


def test_the_parent_named_in_an_earlier_page_is_kept(server: Server) -> None:
    """A partial close, and the rest of it closed too, so that its own comment is overwritten."""
    parents: dict[str, str] = {}
    in_bulk(server, [a_closed_trade(1, comment="to #2")], parents)
    in_bulk(server, [a_closed_trade(2, comment="to #3")], parents)
    assert Deal.objects.get(ticket=2).parent_ticket == 1
    assert bulk.links(server.pk) == {"2": "1", "3": "2"}


def test_an_older_reading_changes_nothing(server: Server) -> None:
    """A page that was asked for before the stream told of a change comes too late."""
    owners = books.owners(server.pk, LOGINS)
    with transaction.atomic():
        moves.write_tickets(server.pk, [a_trade(1, magic=2)], owners, NOON + timedelta(seconds=1))
    in_bulk(server, [a_trade(1, magic=1)])
    assert Position.objects.get(ticket=1).magic == 2


def test_accounts_are_copied_then_compared(server: Server) -> None:
    """New ones are copied; a second reading writes only what differs."""
    records = [a_record(login, comment="a\tb\\c") for login in (2001, 2002, 2003)]

    def write(some: list[AccountRecord]) -> Any:
        with transaction.atomic():
            return bulk.write_accounts(server.pk, Lines.of(AccountRecord, some).split(), NOON)

    assert write(records) == (Written(inserted=3), frozenset())
    assert write(records) == (Written(), frozenset())
    changed = [*records[:2], replace(records[2], balance=Decimal("7.25")), a_record(2004)]
    assert write(changed) == (Written(inserted=1, updated=1), frozenset())
    assert write([a_record(2005, "no\\such")]) == (Written(), frozenset({"no\\\\such"}))
    by_bulk = list(TradingAccount.objects.order_by("login").values().filter(login__gt=2000))
    with transaction.atomic():
        TradingAccount.objects.filter(login__gt=2000).delete()
        books.write_accounts(server.pk, changed, NOON)
    one_by_one = list(TradingAccount.objects.order_by("login").values().filter(login__gt=2000))
    for row in (*by_bulk, *one_by_one):
        del row["id"]
    assert by_bulk == one_by_one


def test_a_group_may_have_a_backslash(server: Server) -> None:
    with transaction.atomic():
        books.write_groups(server.pk, [a_group("real\\usd")], NOON)
        lines = Lines.of(AccountRecord, [a_record(3001, "real\\usd")]).split()
        bulk.write_accounts(server.pk, lines, NOON)
    account = TradingAccount.objects.get(login=3001)
    assert account.group == Group.objects.get(name="real\\usd")

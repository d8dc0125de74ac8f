"""Bulk and one by one: the same rows, whatever the records hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
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


def in_bulk(server: Server, records: Sequence[TradeRecord]) -> Any:
    """Copy new tickets."""
    lines = Lines.of(TradeRecord, records)
    fields = lines.split()
    assert bulk.are_new_tickets(server.pk, fields)
    known = bulk.owners(server.pk, lines.values("login"))
    return bulk.copy_tickets(server.pk, fields, known, {}, NOON)


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
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(records=some_tickets())
def test_bulk_writes_what_the_ordinary_way_writes(
    server: Server, records: list[TradeRecord]
) -> None:
    """Row for row and field for field."""
    with transaction.atomic():
        in_bulk(server, records)
        copied = everything()
        transaction.set_rollback(True)
    with transaction.atomic():
        owners = books.owners(server.pk, LOGINS)
        moves.write_tickets(server.pk, records, owners, NOON)
        written = everything()
        transaction.set_rollback(True)
    assert copied == written


def test_a_ticket_that_is_there_in_any_table_makes_none_new(server: Server) -> None:
    def are_new(*numbers: int) -> bool:
        lines = Lines.of(TradeRecord, [a_trade(number) for number in numbers])
        return bulk.are_new_tickets(server.pk, lines.split())

    owners = books.owners(server.pk, LOGINS)
    here = [a_trade(10), a_closed_trade(20), a_balance_record(30)]
    with transaction.atomic():
        moves.write_tickets(server.pk, here, owners, NOON)
    assert are_new(1, 9)
    assert are_new(11, 19)
    assert not are_new(1, 10)
    assert not are_new(15, 25)
    assert not are_new(30, 31)
    assert not are_new(12, 11)
    assert not are_new(12, 12)
    other = a_server("demo-2")
    assert bulk.are_new_tickets(other.pk, Lines.of(TradeRecord, [a_trade(10)]).split())


def test_the_parent_named_in_an_earlier_page_is_kept(server: Server) -> None:
    """A partial close, and the rest of it closed too, so that its own comment is overwritten."""
    parents: dict[str, str] = {}
    known = bulk.owners(server.pk, map(str, LOGINS))
    with transaction.atomic():
        for page in ([a_closed_trade(1, comment="to #2")], [a_closed_trade(2, comment="to #3")]):
            lines = Lines.of(TradeRecord, page).split()
            bulk.copy_tickets(server.pk, lines, known, parents, NOON)
    assert Deal.objects.get(ticket=2).parent_ticket == 1
    assert bulk.links(server.pk) == parents == {"2": "1", "3": "2"}


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

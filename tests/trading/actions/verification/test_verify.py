"""The whole book on both sides: nothing is found where nothing differs, and everything else is."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from django.db import connection

from backoffice.core import records
from tests.factories.market import (
    NOON,
    STAMP,
    a_balance_record,
    a_record,
    a_trade,
)
from tests.factories.servers import ACTOR, MemoryGateway
from tests.trading.actions.verification.looked import found, verify
from trading.actions.verification import report, verifying
from trading.mirror import targets
from trading.mirror.verification.differences import Kind
from trading.mirror.verification.tables import (
    ACCOUNTS,
    BALANCES,
    DEALS,
    GROUP_FIELDS,
    POSITIONS,
    SYMBOL_FIELDS,
    Table,
)
from trading.models import (
    Deal,
    Group,
    Position,
    Server,
    Symbol,
    TradingAccount,
    Verification,
)
from trading.models.ticket import ticket_key
from trading.states import Verified
from trading.terms import Cmd

KEYS = {ACCOUNTS: 2, POSITIONS: 5, DEALS: 3, BALANCES: 6}
#: Values that a column's constraints or its type ask for.
CHOSEN: dict[str, Any] = {"cmd": 1, "currency": "EUR", "parent_ticket": 3, "digits": 3}


def other(table: Table, column: str, value: Any, server: Server) -> Any:
    """Return another value of the same kind."""
    if column == "group_id":
        return Group.objects.get(server=server, name="other").pk
    if table is BALANCES and column == "cmd":
        return Cmd.CREDIT
    if column in CHOSEN:
        return CHOSEN[column]
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime) or value is None:
        return (value or NOON) + timedelta(hours=1)
    return value + "x" if isinstance(value, str) else value + 1


def spoil(server: Server, table: Table, column: str) -> int:
    """Write another value into one column of one row, past every path of ours."""
    key = KEYS[table]
    rows = table.model._default_manager.filter(server=server, **{table.key: key})
    (value,) = rows.values_list(column, flat=True)
    assert rows.update(**{column: other(table, column, value, server)}) == 1
    return key


def test_the_mirror_equals_the_server(server: Server) -> None:
    """Every row is looked at, the result is kept and announced."""
    result = verify(server)
    assert found(result) == []
    assert dict(result.tally.theirs) == dict(result.tally.ours)
    assert result.tally.theirs["open tickets"] == 3
    run = Verification.objects.get()
    assert (run.state, run.accounts, run.tickets) == (Verified.EQUAL, 2, 7)
    assert (run.differences, run.kept, run.run_by) == (0, 0, str(ACTOR))
    (*_, told) = records.for_subject("server", server.pk)
    assert {one.name for one in records.for_subject("server", server.pk)} >= {
        "trading.mirror.verified"
    }, told
    assert list(report.lines(result))[-1].startswith("demo-1: 0 differences in ")


def mended(server: Server) -> list[tuple[str, Any, Kind, tuple[str, ...]]]:
    """Return what was found, all of which must be mended in the same run."""
    result = verify(server, repair=True)
    assert (result.trouble, result.left) == ("", [])
    assert result.mended == len(result.tally.found)
    return found(replace(result, left=result.tally.found))


@pytest.mark.parametrize("table", KEYS, ids=lambda table: table.name)
def test_a_changed_field_is_found_and_mended(server: Server, table: Table) -> None:
    """One value in each column of each table: found, named, written anew from the server."""
    for column in table.columns:
        key = spoil(server, table, column)
        assert mended(server) == [(table.name, key, Kind.FIELD, (column,))]
    assert found(verify(server)) == []


def test_what_is_mended_is_not_dated_ahead(server: Server, monkeypatch: Any) -> None:
    """A change of the half second after a repair is newer than the repair, and is not lost."""
    moments = chain([0.0], repeat(0.6))
    monkeypatch.setattr(verifying.time, "monotonic", lambda: next(moments))
    spoil(server, ACCOUNTS, "name")
    result = verifying.verify_server(
        server_id=server.pk, actor=ACTOR, now=NOON, patience_seconds=0, repair=True
    )
    assert (result.mended, result.left) == (1, [])
    assert TradingAccount.objects.get(server=server, login=2).mirrored_at == (
        NOON + timedelta(seconds=0.6)
    )


def test_a_difference_is_told_by_name_and_kept_without_its_values(server: Server) -> None:
    """The terminal shows both values; what is stored names no person's data."""
    spoil(server, ACCOUNTS, "name")
    result = verify(server)
    assert next(report.lines(result)) == (
        "accounts                   2  name                   ours 'Account 2x'  theirs 'Account 2'"
    )
    assert Verification.objects.get().findings == [
        {"kind": "field", "table": "accounts", "key": 2, "fields": ["name"]}
    ]


def test_every_column_that_the_mirror_writes_is_compared() -> None:
    """A new field of a record cannot be kept and not compared."""
    ours = {"id", "server_id", "account_id", "mirrored_at", "ticket", "login"}
    settings = {"server_id", "mirrored_at", "name"}
    assert set(targets.SYMBOLS.columns) - settings == set(SYMBOL_FIELDS)
    assert set(targets.GROUPS.columns) - settings == set(GROUP_FIELDS)
    for table, target in (
        (ACCOUNTS, targets.ACCOUNTS),
        (POSITIONS, targets.POSITIONS),
        (DEALS, targets.DEALS),
        (BALANCES, targets.BALANCE_RECORDS),
    ):
        assert set(target.columns) - ours == set(table.columns)


@pytest.mark.parametrize(
    ("model", "fields", "name", "table"),
    [(Symbol, SYMBOL_FIELDS, "EURUSD", "symbols"), (Group, GROUP_FIELDS, "std-usd", "groups")],
)
def test_a_changed_setting_is_found_and_mended(
    server: Server, model: Any, fields: tuple[str, ...], name: str, table: str
) -> None:
    """Every setting of a symbol and of a group that we keep."""
    for field in fields:
        rows = model.objects.filter(server=server, name=name)
        (value,) = rows.values_list(field, flat=True)
        if isinstance(value, list):
            changed: Any = [*value, "GBPUSD"]
        elif isinstance(value, bool):
            changed = not value
        else:
            changed = value + "X" if isinstance(value, str) else 1 if value != 1 else 2
        rows.update(**{field: changed})
        assert mended(server) == [(table, name, Kind.FIELD, (field,))]
    assert found(verify(server)) == []


@pytest.mark.parametrize("table", [POSITIONS, DEALS, BALANCES], ids=lambda table: table.name)
def test_a_lost_row_is_found_and_mended(server: Server, table: Table) -> None:
    """The server has it, we lack it."""
    table.model._default_manager.filter(ticket=KEYS[table]).delete()
    assert found(verify(server)) == [(table.name, KEYS[table], Kind.MISSING, ())]
    assert verify(server, repair=True).mended == 1
    assert found(verify(server)) == []


def test_a_lost_account_is_found_and_mended_with_its_tickets(
    server: Server, gateway: MemoryGateway
) -> None:
    """An account of the server with its tickets that never came here."""
    gateway.account_list.append(a_record(3))
    gateway.put(a_trade(30, 3), a_balance_record(31, 3))
    assert [one[:3] for one in found(verify(server))] == [
        ("accounts", 3, Kind.MISSING),
        ("open tickets", 30, Kind.MISSING),
        ("balance records", 31, Kind.MISSING),
    ]
    assert verify(server, repair=True).mended == 3
    assert found(verify(server)) == []


@pytest.mark.parametrize("name", ["EURUSD", "other"])
def test_a_lost_contract_or_group_is_found_and_mended(server: Server, name: str) -> None:
    """They are few, and compared one by one."""
    Symbol.objects.filter(name=name).delete()
    Group.objects.filter(name=name).delete()
    assert [one[1:3] for one in found(verify(server))] == [(name, Kind.MISSING)]
    assert verify(server, repair=True).mended == 1


@pytest.mark.parametrize("table", [POSITIONS, DEALS, BALANCES], ids=lambda table: table.name)
def test_an_invented_row_is_found(server: Server, table: Table) -> None:
    """Only an open ticket is mended: a closed row that the server lacks is a person's to judge."""
    row = table.model._default_manager.get(ticket=KEYS[table])
    row.pk, row.ticket = ticket_key(server.pk, 99), 99
    row.save(force_insert=True)
    assert found(verify(server)) == [(table.name, 99, Kind.EXTRA, ())]
    left = found(verify(server, repair=True))
    assert len(left) == (0 if table is POSITIONS else 1)
    if table is POSITIONS:
        account = TradingAccount.objects.get(login=2)
        assert "trading.ticket.vanished" in {
            one.name for one in records.for_subject("account", account.pk)
        }


def test_an_account_that_left_the_server_is_found_and_marked(
    server: Server, gateway: MemoryGateway
) -> None:
    """Once it is known as gone, it and its history are kept and are no difference."""
    gateway.account_list = [a_record(1)]
    gateway.tickets = {key: one for key, one in gateway.tickets.items() if one.login == 1}
    Position.objects.filter(account__login=2).delete()
    assert found(verify(server)) == [("accounts", 2, Kind.EXTRA, ())]
    assert verify(server, repair=True).mended == 1
    again = verify(server)
    assert found(again) == []
    assert dict(again.tally.kept) == {
        "symbols": 0, "groups": 0, "accounts": 1, "closed tickets": 2, "balance records": 1,
    }  # fmt: skip


def test_a_ticket_in_two_places_is_found_and_mended(server: Server) -> None:
    """Closed on the server, and with us closed and open still."""
    deal = Deal.objects.get(ticket=3)
    values = {f.attname: getattr(deal, f.attname) for f in Position._meta.concrete_fields}
    Position.objects.create(**values)
    assert found(verify(server)) == [("closed tickets", 3, Kind.PLACE, ("place",))]
    assert verify(server, repair=True).mended == 1
    assert not Position.objects.filter(ticket=3).exists()


def test_a_ticket_that_we_hold_closed_although_it_is_open_is_mended(
    server: Server, gateway: MemoryGateway
) -> None:
    """The mirror's own path would keep it closed: the server's stamp is not newer."""
    gateway.put(a_trade(3, 2, changed_stamp=STAMP))
    assert found(verify(server)) == [("open tickets", 3, Kind.PLACE, ("place",))]
    assert verify(server, repair=True).mended == 1
    assert (Deal.objects.filter(ticket=3).count(), Position.objects.filter(ticket=3).count()) == (
        0,
        1,
    )


def test_a_ticket_of_another_account_is_found_and_mended(server: Server) -> None:
    """The account is a field like any other."""
    wrong = TradingAccount.objects.get(login=1)
    Deal.objects.filter(ticket=3).update(account=wrong)
    assert found(verify(server)) == [("closed tickets", 3, Kind.FIELD, ("login",))]
    assert verify(server, repair=True).mended == 1
    assert found(verify(server)) == []


def test_a_deal_that_stands_twice_is_found(server: Server) -> None:
    """The table's key holds the closing time: two closings of one ticket are possible there."""
    with connection.cursor() as cursor:
        names = [f.column for f in Deal._meta.concrete_fields]
        shown = [f"{n} + interval '1 hour'" if n == "closed_at" else n for n in names]
        cursor.execute(
            f"INSERT INTO trading_deal ({', '.join(names)})"  # noqa: S608
            f" SELECT {', '.join(shown)} FROM trading_deal WHERE ticket = 3"
        )
    assert [one[1:3] for one in found(verify(server))] == [(3, Kind.PLACE)]
    assert verify(server, repair=True).mended == 1
    assert Deal.objects.filter(ticket=3).count() == 1

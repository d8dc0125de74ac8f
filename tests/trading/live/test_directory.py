"""Whose the logins are: the same answer keeps the old one, and of a change its part is read."""

from decimal import Decimal

import pytest
from django.db import connection, transaction

from tests.factories.market import NOON, a_balance_record, a_group
from tests.factories.people import a_client
from tests.factories.servers import a_server, some_owners
from trading.live import directory
from trading.mirror import books, moves
from trading.models import Group, Server, TradingAccount

pytestmark = pytest.mark.django_db


def test_only_the_parts_that_changed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "PART", 1)
    server = a_server()
    owners = some_owners(server, 11, 12, 13)
    first = directory.read(server.pk)
    assert {login: entry.account_id for login, entry in first.items()} == {
        login: owner.account_id for login, owner in owners.items()
    }
    assert directory.read(server.pk, first) is first

    with transaction.atomic():
        moves.write_tickets(server.pk, [a_balance_record(5, 12, "70.00")], owners, NOON)
    asked: list[list[int]] = []
    of_parts = directory._of_parts
    monkeypatch.setattr(
        directory, "_of_parts", lambda key, parts: (asked.append(parts), of_parts(key, parts))[1]
    )
    second = directory.read(server.pk, first)
    assert asked == [[owners[12].account_id]]
    assert second[12].net_deposits == Decimal("70.00")
    assert second == directory.read(server.pk)


def test_money_that_goes_from_one_account_to_its_neighbour_is_seen() -> None:
    server = a_server()
    owners = some_owners(server, 11, 12)
    with transaction.atomic():
        moves.write_tickets(server.pk, [a_balance_record(5, 11, "70.00")], owners, NOON)
    first = directory.read(server.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trading_balancerecord SET account_id = %s", [owners[12].account_id])
    second = directory.read(server.pk, first)
    assert (second[11].net_deposits, second[12].net_deposits) == (Decimal(0), Decimal("70.00"))


def test_made_up_money_counts_for_no_client() -> None:
    real = a_server()
    ours = a_client().pk
    some_owners(real, 11, 12)
    TradingAccount.objects.update(client_id=ours)
    first = directory.read(real.pk)
    assert {login: entry.client_id for login, entry in first.items()} == {11: ours, 12: ours}
    with transaction.atomic():
        books.write_groups(real.pk, [a_group("demo-usd")], NOON)
    TradingAccount.objects.filter(login=12).update(group=Group.objects.get(name="demo-usd"))
    second = directory.read(real.pk, first)
    assert {login: entry.client_id for login, entry in second.items()} == {11: ours, 12: None}
    Server.objects.update(kind="demo")
    third = directory.read(real.pk, second)
    assert {login: entry.client_id for login, entry in third.items()} == {11: None, 12: None}


def test_an_account_that_went_is_no_longer_listed() -> None:
    server = a_server()
    some_owners(server, 11, 12)
    first = directory.read(server.pk)
    TradingAccount.objects.filter(login=12).delete()
    assert set(directory.read(server.pk, first)) == {11}

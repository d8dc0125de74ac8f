"""More rows send no more queries: the pages of test_queries.py, asked in a whole street.

With one row of a kind they send what is on record; that is what they may send here.
"""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from backoffice.demo.redis import Redis
from tests.architecture.matrix.viewed import (
    ADMIN_LISTS,
    PAGES,
    VIEWERS,
    WATCHED,
    Viewed,
    a_viewed_house,
    measure,
    url_of,
)
from tests.architecture.matrix.world import rolled_back
from tests.architecture.test_queries import counts
from tests.factories.accounts.approvals import an_approval_of
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.orders import a_command_of
from tests.factories.accounts.strangers import some_strangers
from tests.factories.house import House, a_street
from tests.factories.machines import an_integration
from tests.factories.payments import a_request_of
from trading.models import TradingAccount


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Viewed]:
    """A house with seven of what it has, and its viewers, built once for this module."""
    with django_db_blocker.unblock(), rolled_back():
        viewed = a_viewed_house()
        a_street(viewed.house, doors=7)
        yield viewed


@pytest.fixture
def street(built: Viewed, redis_server: Redis) -> Iterator[Viewed]:
    """The street within a savepoint of this test."""
    with rolled_back():
        yield built


def more_of(name: str, house: House) -> None:
    """Add rows of the kinds that one room's pages list."""
    accounts = TradingAccount.objects.filter(client=house.near)
    if name in WATCHED:
        _ = [an_alert_of(account) for account in accounts]
    if name.startswith("trading:command"):
        _ = [a_command_of(account) for account in accounts]
    if name.startswith("trading:unbound"):
        known = {"name": "Nora Near", "email": "nora@example.com"}
        some_strangers(house.server, *(7 * [known]))
    if name.startswith("machines:"):
        _ = [an_integration(house.entity, name=f"Machine {number}") for number in range(7)]
    if name.startswith("accounts:"):
        _ = [a_request_of(house.near, 80_000 + number) for number in range(7)]
    if name.startswith("approvals:request"):
        _ = [an_approval_of(house.near, number) for number in range(7)]


RECORDS = {name: f"{name} as {VIEWERS[name][-1]}" for name in PAGES}


@pytest.mark.parametrize("name", [*PAGES, *ADMIN_LISTS])
def test_more_rows_send_no_more_queries(street: Viewed, name: str) -> None:
    browser = street.enters(VIEWERS.get(name, ("administrator",))[-1])
    url = url_of(name, street.house)
    more_of(name, street.house)
    many = measure(browser, url)
    assert len(many) == counts()[RECORDS.get(name, name)], "\n".join(many)

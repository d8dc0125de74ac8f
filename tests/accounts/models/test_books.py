"""The rows by which the books follow MetaTrader: begun once, each record booked once, for good."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actions import results
from accounts.models import AccountBooks, BookedTicket
from accounts.states import Booked
from backoffice.core import clock
from tests.factories.market import a_balance_record
from tests.factories.payments import SYSTEM, Till, a_till, write

pytestmark = pytest.mark.django_db
LOGIN = 7


@pytest.fixture
def till(db: None) -> Till:
    """A client with 1,000.00 USD in the books and in MetaTrader."""
    return a_till()


def booked(till: Till) -> BookedTicket:
    """A deposit made in MetaTrader directly, and what the books made of it."""
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    write(till.account, a_balance_record(905, LOGIN, "25.00", comment="manual"))
    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    return BookedTicket.objects.get(ticket=905)


def refused(sql: str, *values: object) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


def test_a_record_is_booked_with_its_entry_and_once(till: Till) -> None:
    row = booked(till)
    assert (row.kind, row.amount, row.is_credit) == (Booked.EXTERNAL, 25, False)
    assert row.entry is not None

    results.post_results(account_id=till.account.pk, actor=SYSTEM, now=clock.now())
    assert BookedTicket.objects.filter(ticket=905).count() == 1
    refused(
        "INSERT INTO accounts_bookedticket"
        " (books_id, ticket, is_credit, kind, amount, entry_id, booked_at)"
        " SELECT books_id, ticket, is_credit, kind, amount, entry_id, booked_at"
        " FROM accounts_bookedticket WHERE ticket = 905"
    )


def test_what_was_booked_stays_as_it_is(till: Till) -> None:
    row = booked(till)
    books = AccountBooks.objects.get()
    assert books.account_id == till.account.pk
    for sql in (
        "UPDATE accounts_bookedticket SET amount = 1 WHERE id = %s",
        "DELETE FROM accounts_bookedticket WHERE id = %s",
    ):
        refused(sql, row.pk)
    for sql in (
        "UPDATE accounts_accountbooks SET first_day = '2020-01-01' WHERE account_id = %s",
        "DELETE FROM accounts_accountbooks WHERE account_id = %s",
    ):
        refused(sql, books.account_id)

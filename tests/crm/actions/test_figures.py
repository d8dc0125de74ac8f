"""Figures come in bulk: one statement, and only what changed is written."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from crm.actions.figures import Figures, record_figures
from crm.models import Client, ClientFigures
from tests.factories.people import NOW, a_client, a_legal_entity

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=5)


def of(client: Client, equity: str = "10.50", currency: str = "USD") -> Figures:
    return Figures(
        client_id=client.pk,
        currency=currency,
        equity=Decimal(equity),
        balance=Decimal("10.00"),
        net_deposits=Decimal(-3),
        accounts_count=2,
        open_lots_hundredths=188,
    )


def test_many_rows_are_one_statement() -> None:
    entity = a_legal_entity()
    several = [a_client(entity=entity) for _number in range(20)]
    with CaptureQueriesContext(connection) as asked:
        written = record_figures(rows=[of(client) for client in several], now=NOW)
    assert written == 20
    assert sum("INSERT" in query["sql"] for query in asked) == 1
    kept = ClientFigures.objects.get(client=several[0])
    assert (kept.equity, kept.net_deposits, kept.open_lots_hundredths, kept.figures_at) == (
        Decimal("10.50"),
        Decimal(-3),
        188,
        NOW,
    )


def test_only_what_changed_is_written() -> None:
    first, second = a_client(), a_client()
    record_figures(rows=[of(first), of(second)], now=NOW)
    assert record_figures(rows=[of(first), of(second, "11.00")], now=LATER) == 1
    assert ClientFigures.objects.get(client=first).figures_at == NOW
    assert ClientFigures.objects.get(client=second).figures_at == LATER
    assert record_figures(rows=[of(first), of(second, "11.00")], now=LATER) == 0


def test_a_client_that_is_gone_and_an_empty_list_do_no_harm() -> None:
    client = a_client()
    ghost = Figures(
        client_id=10**12,
        currency="USD",
        equity=Decimal(1),
        balance=Decimal(1),
        net_deposits=Decimal(1),
        accounts_count=1,
        open_lots_hundredths=0,
    )
    assert record_figures(rows=[], now=NOW) == 0
    assert record_figures(rows=[ghost, of(client)], now=NOW) == 1


def test_the_later_of_two_rows_counts() -> None:
    client = a_client()
    assert record_figures(rows=[of(client, "1"), of(client, "2")], now=NOW) == 1
    assert ClientFigures.objects.get(client=client).equity == 2


def test_a_currency_keeps_its_digits() -> None:
    client = a_client()
    with pytest.raises(IntegrityError, match="crm_figures_equity_digits"):
        record_figures(rows=[of(client, "10.5", currency="JPY")], now=NOW)

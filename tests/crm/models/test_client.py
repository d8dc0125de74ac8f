"""What the database itself refuses about clients, asked by raw SQL as the application's role."""

import pytest
from django.db import Error, connection, transaction

from backoffice.company.models import Brand
from crm.models import Client
from tests.factories.people import NOW, a_client, a_legal_entity

pytestmark = pytest.mark.django_db


def refused(sql: str, values: object) -> str | None:
    with (
        pytest.raises(Error) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("status = 'active'", "crm_client_words"),
        ("kind = 'ghost'", "crm_client_words"),
        ("full_name = ''", "crm_client_named"),
        ("number = 0", "crm_client_named"),
        ("email = 'Ana@mail.es'", "crm_client_email_lower"),
        ("country = 'es'", "crm_client_country_iso"),
        ("registered_at = NULL", "crm_client_registered_or_lead"),
        ("registered_at = created_at - interval '1 second'", "crm_client_registered_later"),
        ("kyc_level = 10", "crm_client_kyc_level"),
        ("owner_id = 987654321", None),
    ],
)
def test_a_wrong_row_is_refused(change: str, constraint: str | None) -> None:
    client = a_client()
    sql = f"UPDATE crm_client SET {change} WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"  # noqa: S608
    found = refused(sql, [client.pk])
    assert found == constraint if constraint else found.startswith("crm_client_owner_id")


def test_a_number_is_given_once() -> None:
    first, second = a_client(), a_client()
    sql = "UPDATE crm_client SET number = %s WHERE id = %s"
    assert refused(sql, [first.number, second.pk]).startswith("crm_client_number")


def test_a_brand_belongs_to_the_clients_legal_entity() -> None:
    client = a_client()
    foreign = Brand.objects.create(legal_entity=a_legal_entity(), code="other", name="Other")
    sql = "UPDATE crm_client SET brand_id = %s WHERE id = %s"
    assert refused(sql, [foreign.pk, client.pk]) == "crm_client_brand_of_entity"


@pytest.mark.parametrize("amount", ["equity", "balance", "net_deposits"])
def test_figures_keep_to_the_digits_of_their_currency(amount: str) -> None:
    client = a_client()
    sql = f"UPDATE crm_clientfigures SET {amount} = 0.001 WHERE client_id = %s"  # noqa: S608
    assert refused(sql, [client.pk]) == f"crm_figures_{amount}_digits"


def test_clients_that_came_in_bulk_have_figures_too() -> None:
    entity = a_legal_entity(reporting_currency="EUR")
    Client.objects.bulk_create(
        Client(
            full_name=f"Bulk {number}",
            legal_entity=entity,
            status="REGISTERED",
            created_at=NOW,
            registered_at=NOW,
        )
        for number in range(3)
    )
    made = Client.objects.select_related("figures").order_by("number")
    assert [client.figures.currency for client in made] == ["EUR"] * 3
    assert len({client.number for client in made}) == 3


def test_the_digits_of_a_phone_follow_the_phone() -> None:
    client = a_client(phone="+34 (600) 12-34")
    client.refresh_from_db()
    assert client.phone_digits == "346001234"

"""The keys by which a person is recognised; the database reckons names as Python does."""

import pytest
from django.db import connection

from crm.calc import contacts, countries


@pytest.mark.parametrize(
    ("text", "country", "key"),
    [
        ("+49 170 123 45 67", "", "491701234567"),
        ("0049 (170) 1234567", "", "491701234567"),
        ("0170-1234567", "Germany", "491701234567"),
        ("49 170 1234567", "DE", "491701234567"),
        ("170 1234567", "de", "491701234567"),
        ("+1 (202) 555-0147", "", "12025550147"),
        ("202 555 0147", "United States", "12025550147"),
        ("0170 1234567", "", ""),
        ("0170 1234567", "Atlantis", ""),
        ("+12", "", ""),
        ("+1234567890123456", "", ""),
        ("", "Germany", ""),
    ],
)
def test_one_number_has_one_key(text: str, country: str, key: str) -> None:
    assert contacts.phone_key(text, country) == key


def test_the_end_of_a_number_is_known_without_its_country() -> None:
    writings = ("+49 170 1234567", "0170/123 45 67", "00491701234567", "1701234567")
    assert {contacts.phone_tail(one) for one in writings} == {"01234567"}
    assert contacts.phone_tail("12345") == ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" Anna.Berg@Example.COM ", "anna.berg@example.com"),
        ("mail: anna@example.com; old", "anna@example.com"),
        ("anna at example.com", ""),
        ("@example.com", ""),
        ("", ""),
    ],
)
def test_one_address_has_one_key(text: str, key: str) -> None:
    assert contacts.email_key(text) == key


NAMES = (
    "Łukasz Nowak", "NOWAK, Lukasz", "José María Núñez", "Nunez Jose-Maria", "Søren Ødegård",
    "O'Brien  Mary", "İpek Şahin", "Nguyễn Văn An", "Straße", "  ", "Иван Петров", "李 小龙",
    "Ann (Annie) Lee", "Jean_Luc/Picard", "Ǻsa", "ﬁona",
)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_the_database_reckons_names_alike(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_name_key(%s)", [name])
        assert cursor.fetchone() == (contacts.name_key(name),)


def test_writing_and_order_of_a_name_do_not_matter() -> None:
    assert contacts.name_key("Łukasz NOWAK") == contacts.name_key("nowak, lukasz") == "lukasz nowak"
    assert contacts.name_key("José Núñez") == contacts.name_key("Nunez  Jose")
    assert contacts.name_key("Ann Lee") != contacts.name_key("Anne Lee")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"),
        ("de", "DE"),
        ("UK", "GB"),
        ("Cote d'Ivoire", "CI"),
        ("Nowhere", ""),
        ("", ""),
    ],
)
def test_a_country_is_known_by_code_and_name(text: str, code: str) -> None:
    assert countries.iso_code(text) == code

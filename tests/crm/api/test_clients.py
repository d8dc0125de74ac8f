"""Clients through the API: registered once, found by what is known whole, masked by scope."""

from typing import Any

import pytest

from backoffice.company.models import Brand
from backoffice.demo.redis import Redis
from crm.models import Client
from tests.factories.machines import Machine, a_machine, a_token
from tests.factories.people import a_client, a_legal_entity

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(redis_server: Redis) -> Machine:
    """The web site."""
    return a_machine(a_legal_entity("house"))


def person(**changes: Any) -> dict[str, Any]:
    """Somebody who registers."""
    plain = {"full_name": " Ada New ", "email": "Ada@New.example", "phone": "600 100 200",
             "country": "es", "legal_entity": "house"}  # fmt: skip
    return plain | changes


def test_somebody_registers(machine: Machine) -> None:
    told = machine.post("clients/register", person()).json()
    client = Client.objects.get()
    assert (told["id"], told["number"], told["full_name"]) == (client.pk, client.number, "Ada New")
    assert (client.email, client.country, client.status) == ("ada@new.example", "ES", "REGISTERED")
    assert machine.get(f"clients/{client.pk}").json()["legal_entity"] == "house"


@pytest.mark.parametrize(
    "same",
    [{"email": "ADA@new.example"}, {"email": "x@y.example", "phone": "+34 600-100-200"}],
)
def test_who_is_known_already_is_not_registered_again(machine: Machine, same: Any) -> None:
    first = machine.post("clients/register", person()).json()
    answer = machine.post("clients/register", person(full_name="A. New", **same))
    assert (answer.status_code, answer.json()["code"]) == (409, "known_already")
    assert f"#{first['number']}" in answer.json()["detail"]
    forced = machine.post("clients/register", person(even_if_known=True, **same))
    assert forced.status_code == 201
    assert Client.objects.count() == 2


def test_a_namesake_out_of_reach_is_nobodys_business(machine: Machine) -> None:
    a_client("Ada New", email="ada@new.example")  # another legal entity's
    assert machine.post("clients/register", person()).status_code == 201


@pytest.mark.parametrize("place", [{"legal_entity": "elsewhere"}, {"legal_entity": "nowhere"},
                                   {"brand": "nobrand"}])  # fmt: skip
def test_nobody_is_registered_out_of_reach(machine: Machine, place: Any) -> None:
    a_legal_entity("elsewhere")
    answer = machine.post("clients/register", person(**place))
    assert (answer.status_code, answer.json()["code"]) == (422, "not_allowed")
    assert not Client.objects.exists()


def test_a_machine_of_one_brand_sees_and_serves_that_brand_only(redis_server: Redis) -> None:
    entity = a_legal_entity("house")
    red, blue = (
        Brand.objects.create(legal_entity=entity, code=code, name=code) for code in ("red", "blue")
    )
    machine = a_machine(entity, brands=[red.pk])
    mine = a_client("Mine", entity=entity)
    Client.objects.filter(pk=mine.pk).update(brand=red)
    other = a_client("Other", entity=entity)
    Client.objects.filter(pk=other.pk).update(brand=blue)
    a_client("Of no brand", entity=entity)
    assert [one["id"] for one in machine.get("clients").json()["items"]] == [mine.pk]
    assert machine.get(f"clients/{other.pk}").status_code == 404
    assert machine.post("clients/register", person(brand="blue")).status_code == 422
    assert machine.post("clients/register", person()).status_code == 422
    assert machine.post("clients/register", person(brand="red")).json()["brand"] == "red"


def test_found_by_what_is_known_whole(machine: Machine) -> None:
    made = machine.post("clients/register", person()).json()
    machine.post("clients/register", person(email="b@new.example", phone="600 100 201"))
    for query in (f"number={made['number']}", "email=ada@new.example", "phone=600100200"):
        found = machine.get(f"clients?{query}").json()["items"]
        assert [one["id"] for one in found] == [made["id"]], query
    assert machine.get("clients?email=ada@new").status_code == 422
    assert len(machine.get("clients?size=1").json()["items"]) == 1


def test_contacts_are_masked_without_their_scope(machine: Machine) -> None:
    made = machine.post("clients/register", person()).json()
    assert made["email"] != "ada@new.example"  # the first answer is kept: nothing sealed is in it
    assert machine.get(f"clients/{made['id']}").json()["email"] == "ada@new.example"
    secret = a_token(machine.integration, ["crm.client.view"])
    headers = {"Authorization": f"Bearer {secret}"}
    for path in (f"clients/{made['id']}", "clients"):
        text = machine.browser.get(f"/api/v1/{path}", headers=headers).content.decode()
        assert "ada@new.example" not in text
        assert "600 100 200" not in text

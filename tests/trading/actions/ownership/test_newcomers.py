"""Clients made from accounts of nobody: one person a row, nobody twice."""

from datetime import timedelta
from typing import Any

import pytest

from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from crm.actions.clients import Place
from crm.models import Client
from tests.factories.accounts.strangers import some_strangers
from tests.factories.market import NOON
from tests.factories.people import a_client, a_legal_entity, a_staff_user
from tests.factories.servers import a_server
from trading.actions import trading_accounts
from trading.actions.ownership import binding, newcomers
from trading.models import BindingLine, TradingAccount
from trading.queries.ownership import newcomers as asking
from trading.states import BindingOutcome

pytestmark = pytest.mark.django_db
ANNA = {
    "name": "Anna Berg",
    "email": "Anna@Example.com",
    "phone": "0170 1234567",
    "country": "Germany",
    "city": "Mainz",
}


@pytest.fixture
def entity() -> Any:
    return a_legal_entity("house")


@pytest.fixture
def server(entity: Any) -> Any:
    server = a_server()
    some_strangers(server, entity=entity)
    return server


@pytest.fixture
def officer(entity: Any) -> Actor:
    return a_staff_user("back_office", entity=entity).actor


def register(accounts: list[Any], entity: Any, actor: Actor, **values: Any) -> Any:
    """Register the people behind the accounts."""
    ids = [one.pk for one in accounts]
    place = Place(legal_entity_id=entity.pk)
    return newcomers.register_many(account_ids=ids, place=place, actor=actor, now=NOON, **values)


def outcomes(batch: Any) -> list[str]:
    lines = BindingLine.objects.filter(batch=batch).order_by("account_id")
    return list(lines.values_list("outcome", flat=True))


def test_one_person_with_three_accounts_is_one_client(
    server: Any, entity: Any, officer: Actor
) -> None:
    """Joined by e-mail and by phone, in whatever order the accounts come."""
    accounts = some_strangers(
        server,
        ANNA | {"phone": ""},
        ANNA | {"email": ""},
        ANNA,
        {"name": "Bea Berg", "email": "anna@example.com"},
    )
    batch = register(accounts, entity, officer)
    assert outcomes(batch) == [BindingOutcome.REGISTERED] * 4
    anna = Client.objects.get(full_name="Anna Berg")
    assert (anna.email, anna.phone, anna.country, anna.city, anna.source) == (
        "anna@example.com",
        "0170 1234567",
        "DE",
        "Mainz",
        "MetaTrader",
    )
    assert TradingAccount.objects.filter(client=anna).count() == 3
    bea = Client.objects.get(full_name="Bea Berg")
    assert TradingAccount.objects.get(client=bea).login == accounts[3].login


def test_who_looks_like_a_client_is_not_registered_again(
    server: Any, entity: Any, officer: Actor
) -> None:
    known = a_client("Anna Berg", entity=entity, email="anna@example.com")
    [account] = some_strangers(server, ANNA)
    [person] = asking.newcomers([account])
    assert [one.client_id for one in person.duplicates] == [known.pk]
    batch = register([account], entity, officer)
    assert outcomes(batch) == [BindingOutcome.DUPLICATE]
    assert Client.objects.count() == 1
    batch = register([account], entity, officer, despite=[person.key])
    assert outcomes(batch) == [BindingOutcome.REGISTERED]
    assert Client.objects.count() == 2


def test_a_duplicate_out_of_reach_counts_and_is_not_named(
    server: Any, entity: Any, officer: Actor
) -> None:
    hidden = a_client("Anna Berg", entity=a_legal_entity(), email="anna@example.com")
    [account] = some_strangers(server, ANNA)
    assert outcomes(register([account], entity, officer)) == [BindingOutcome.DUPLICATE]
    user = a_staff_user("back_office", entity=entity)
    assert asking.hidden_from(user, asking.newcomers([account])) == {hidden.pk}


def test_a_namesake_alone_is_said_and_holds_nobody_up(
    server: Any, entity: Any, officer: Actor
) -> None:
    a_client("Anna Berg", entity=entity, email="somebody@example.com")
    [account] = some_strangers(server, ANNA)
    [person] = asking.newcomers([account])
    assert person.is_clear
    assert len(person.namesakes) == 1
    assert outcomes(register([account], entity, officer)) == [BindingOutcome.REGISTERED]


def test_what_metatrader_lacks_or_garbles(server: Any, entity: Any, officer: Actor) -> None:
    accounts = some_strangers(
        server, {"name": " "}, {"name": "Jon Ek", "email": "none", "country": "Atlantis"}
    )
    batch = register(accounts, entity, officer)
    assert outcomes(batch) == [BindingOutcome.NAMELESS, BindingOutcome.REGISTERED]
    jon = Client.objects.get()
    assert (jon.email, jon.country) == ("", "")


def test_the_second_time_everything_is_taken(server: Any, entity: Any, officer: Actor) -> None:
    accounts = some_strangers(server, ANNA)
    register(accounts, entity, officer)
    assert outcomes(register(accounts, entity, officer)) == [BindingOutcome.TAKEN]
    assert Client.objects.count() == 1


def test_undone_the_new_clients_are_closed(server: Any, entity: Any, officer: Actor) -> None:
    accounts = some_strangers(server, ANNA, {"name": "Jon Ek", "email": "jon@example.com"})
    batch = register(accounts, entity, officer)
    binding.undo_batch(batch_id=batch.pk, actor=officer, now=NOON + timedelta(minutes=1))
    assert not TradingAccount.objects.filter(client__isnull=False).exists()
    assert set(Client.objects.values_list("status", flat=True)) == {"CLOSED"}


def test_it_needs_both_rights(server: Any, entity: Any) -> None:
    accounts = some_strangers(server, ANNA)
    for role in ("support", "dealer", "auditor"):
        with pytest.raises(Rejected):
            register(accounts, entity, a_staff_user(role).actor)
    with pytest.raises(trading_accounts.NotYours):
        register(accounts, entity, Actor.client(1))
    assert not Client.objects.exists()

"""Opening an account: of the catalogue, under a login of its range, the client's from the start."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from backoffice.core.errors import Rejected
from crm.models import Client
from tests.factories.accounts.orders import AccountGateway, a_wish, an_account_type
from tests.factories.house import House
from tests.factories.market import NOON
from tests.factories.people import a_staff_user
from trading.actions.ordering import asking, carrying, opening, settling
from trading.gateway.errors import Uncertain
from trading.models import AccountCommand, AccountType, Group, TradingAccount
from trading.states import AccountOrder, AccountVerb

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(house: House) -> Any:
    return a_staff_user("back_office", entity=house.entity)


@pytest.fixture
def kind(house: House) -> AccountType:
    return an_account_type(house.entity, Group.objects.get(server=house.server))


def ask(house: House, user: Any, kind: AccountType, **values: Any) -> AccountCommand:
    plain = {"account_type_id": kind.pk, "leverage": 200, "reason": "a second account"}
    key = a_wish(AccountVerb.OPEN).key
    wish = opening.NewAccountWish(key=key, **(plain | values))
    return opening.ask_for_account(wish=wish, client_id=house.near.pk, actor=user.actor, now=NOON)


def test_it_is_opened_and_the_clients(
    house: House, officer: Any, kind: AccountType, gateway: AccountGateway
) -> None:
    command = ask(house, officer, kind)
    carried = carrying.carry(command_id=command.pk, actor=officer.actor, now=NOON)
    assert carried.command.state == AccountOrder.DONE
    account = TradingAccount.objects.get(login=500_000)
    assert (account.client_id, account.leverage, account.comment) == (
        house.near.pk,
        200,
        f"#{house.near.number}",
    )
    assert gateway.passwords[500_000] == (carried.secrets.main, carried.secrets.investor)
    assert carried.command.account_id == account.pk


def test_logins_go_up_and_end(house: House, officer: Any, kind: AccountType) -> None:
    """Also over requests that came to nothing: a login is asked for once."""
    logins = [ask(house, officer, kind).login for _ in range(3)]
    assert logins == [500_000, 500_001, 500_002]
    with pytest.raises(opening.NoLoginLeft):
        ask(house, officer, kind)


def test_a_lost_answer_is_looked_up_by_the_login(
    house: House, officer: Any, kind: AccountType, gateway: AccountGateway
) -> None:
    def lose() -> None:
        raise Uncertain("the line broke")

    gateway.after = lose
    command = ask(house, officer, kind)
    carried = carrying.carry(command_id=command.pk, actor=officer.actor, now=NOON)
    assert (carried.command.state, carried.secrets.main) == (AccountOrder.UNCERTAIN, "")
    settled = settling.settle(command_id=command.pk, actor=officer.actor, now=NOON)
    assert settled.state == AccountOrder.DONE
    assert TradingAccount.objects.get(login=500_000).client_id == house.near.pk
    assert [verb for verb, _ in gateway.sent] == ["open"]


@pytest.mark.parametrize("values", [{"leverage": 500}, {"account_type_id": 0}, {"reason": "  "}])
def test_what_the_catalogue_does_not_offer_is_refused(
    house: House, officer: Any, kind: AccountType, values: dict[str, Any]
) -> None:
    with pytest.raises(Rejected):
        ask(house, officer, kind, **values)
    assert not AccountCommand.objects.exists()


def test_not_for_everybody(house: House, officer: Any, kind: AccountType) -> None:
    for role in ("sales_agent", "finance", "dealer"):
        with pytest.raises(asking.NotAllowed):
            ask(house, a_staff_user(role), kind)
    far = an_account_type(house.far.legal_entity, kind.group, name="Far")
    with pytest.raises(asking.NothingToDo):
        ask(house, officer, far)
    Client.objects.filter(pk=house.near.pk).update(status="BLOCKED")
    with pytest.raises(asking.NothingToDo):
        ask(house, officer, kind)


def test_the_catalogue_holds_what_can_be(house: House, kind: AccountType) -> None:
    kind.currency = "EUR"
    with pytest.raises(ValidationError, match="The group is in USD"):
        kind.full_clean()
    kind.currency, kind.leverages = "USD", [0]
    with pytest.raises(ValidationError, match="from 1 to 5000"):
        kind.full_clean()
    for wrong in ({"login_to": 1}, {"leverages": []}, {"minimum_deposit": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccountType.objects.filter(pk=kind.pk).update(**wrong)

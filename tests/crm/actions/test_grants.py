"""Single grants: seen by one more person, on every page of the client, until their end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.core import clock, records
from backoffice.identity.models import User
from crm.actions import grants
from crm.models import Client, ClientGrant
from crm.queries import clients
from tests.factories.house import House, a_house
from tests.factories.people import SETUP, a_browser, a_staff_user
from trading.queries import trading_accounts

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def agent(house: House) -> User:
    """A sales agent of another legal entity than the far client's."""
    return a_staff_user("sales_agent", desk=house.desk, entity=house.entity)


def show(client: Client, user: User, **changes: object) -> ClientGrant:
    now = clock.now()
    told = {"until": now + WEEK, "reason": "holiday cover", "actor": SETUP, "now": now, **changes}
    return grants.show_client(client_id=client.pk, user_id=user.pk, **told)  # type: ignore[arg-type]


def fresh(user: User) -> User:
    return User.objects.select_related("desk").get(pk=user.pk)


def sees(user: User, client: Client) -> bool:
    return clients.list_clients_for(fresh(user)).filter(pk=client.pk).exists()


def test_one_client_is_shown_wherever_they_belong(house: House, agent: User) -> None:
    assert not sees(agent, house.far)
    show(house.far, agent)
    assert sees(agent, house.far)
    assert a_browser(agent).get(f"/clients/{house.far.pk}/").status_code == 200
    accounts = trading_accounts.list_accounts_for(fresh(agent))
    assert set(accounts.values_list("pk", flat=True)) == {house.far_account.pk}
    assert not sees(agent, house.near)  # neither the owner's nor the desk's: only this one


def test_a_grant_gives_no_right_that_the_roles_do_not(house: House) -> None:
    nobody = a_staff_user()
    show(house.far, nobody)
    assert not sees(nobody, house.far)
    assert a_browser(nobody).get(f"/clients/{house.far.pk}/").status_code == 403


def test_it_ends_by_itself_and_by_hand(
    house: House, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = show(house.far, agent)
    past = timezone.now() - timedelta(days=1)
    ClientGrant.objects.filter(pk=grant.pk).update(granted_at=past - WEEK, expires_at=past)
    assert not sees(agent, house.far)
    again = show(house.far, agent)  # the one that ran out does not stand in its way
    assert sees(agent, house.far)
    with pytest.raises(grants.ShownAlready):
        show(house.far, agent)
    grants.stop_showing(grant_id=again.pk, actor=SETUP, now=clock.now())
    assert not sees(agent, house.far)
    with pytest.raises(grants.EndedAlready):
        grants.stop_showing(grant_id=again.pk, actor=SETUP, now=clock.now())
    told = [view.name for view in records.for_subject("client", house.far.pk)]
    assert told[:2] == ["crm.grant.ended", "crm.grant.given"]


def test_what_makes_no_sense_is_refused(house: House, agent: User) -> None:
    now = clock.now()
    for changes in (
        {"until": now},
        {"until": now + timedelta(days=91)},
        {"actor": agent.actor},
    ):
        with pytest.raises(grants.NotGrantable):
            show(house.far, agent, **changes)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    with pytest.raises(grants.NotGrantable):
        show(house.far, agent)


def test_it_is_given_and_ended_on_the_card(house: House, agent: User) -> None:
    manager = a_staff_user("sales_manager", desk=house.desk, entity=house.entity)
    browser, card = a_browser(manager), f"/clients/{house.near.pk}/"
    assert "shown-to" in browser.get(card).text
    sent = {"person": agent.pk, "days": "7", "reason": "holiday cover"}
    assert browser.post(f"{card}show/", sent)["Location"] == card
    assert sees(agent, house.near)
    panel = browser.get(f"{card}shown-to/").text
    assert agent.full_name in panel
    assert "holiday cover" in panel
    assert browser.post(f"{card}show/", sent).status_code == 422
    assert browser.post(f"/clients/{house.far.pk}/show/", sent).status_code == 404
    grant = ClientGrant.objects.get(user=agent)
    browser.post(f"/clients/shown/{grant.pk}/end/")
    assert not sees(agent, house.near)


def test_the_question_for_roles_asks_for_grants_too(house: House, agent: User) -> None:
    """However many grants there are, a page sends no query more for them."""
    show(house.far, agent)
    user = fresh(agent)
    reach = user.reach("crm.client.view")
    assert reach is not None
    assert reach.single_ids == {house.far.pk}  # type: ignore[union-attr]
    administrator = fresh(a_staff_user("administrator"))
    show(house.far, administrator)
    assert fresh(administrator).reach("crm.client.view").single_ids == frozenset()

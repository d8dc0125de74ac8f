"""The list of accounts of nobody, its two bulk acts, their result, and one account's owner."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse

from crm.models import Client
from tests.factories.accounts.roles import a_changed_role
from tests.factories.accounts.strangers import some_strangers
from tests.factories.house import House, a_house
from tests.factories.people import a_browser, a_client, a_staff_user
from trading.models import BindingBatch, TradingAccount

pytestmark = pytest.mark.django_db
NORA = {"name": "Nora Near", "email": "nora@example.com", "phone": "+49 170 1234567"}
JON = {"name": "Jon Ek", "email": "jon@example.com", "country": "Sweden"}


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def browser(house: House) -> Browser:
    return a_browser(a_staff_user("back_office", entity=house.entity))


@pytest.fixture
def strangers(house: House) -> list[TradingAccount]:
    """One that is Nora's by all signs, one of somebody new."""
    return some_strangers(house.server, NORA, JON, entity=house.entity)


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:500]
    return unescape(answer.content.decode())


def listed(browser: Browser, **query: str) -> str:
    return text_of(browser.get(reverse("trading:unbound-list"), query))


def test_each_account_stands_with_whom_it_looks_like_and_why(
    browser: Browser, strangers: list[Any], house: House
) -> None:
    page = listed(browser)
    assert f'Nora Near <span class="faint">#{house.near.number}' in page
    assert "same e-mail · same name" in page
    assert "Strong" in page
    assert page.count("Nobody known") == 1
    assert "2 accounts" in page
    count = text_of(browser.get(reverse("trading:unbound-count"), headers={"HX-Request": "true"}))
    assert count.strip().startswith("2")


def test_the_strong_ones_are_chosen_by_one_press(browser: Browser, strangers: list[Any]) -> None:
    chosen = re.findall(r'name="account" value="(\d+)"[^>]*checked', listed(browser, pick="strong"))
    assert chosen == [str(strangers[0].pk)]
    assert 'name="account"' in listed(browser)
    assert not re.findall(r'name="account" value="\d+"[^>]*checked', listed(browser))


@pytest.mark.parametrize(
    ("query", "logins"),
    [
        ({"q": "7002"}, ["7002"]),
        ({"q": "nora@EXAMPLE.com"}, ["7001"]),
        ({"q": "jon"}, ["7002"]),
        ({"country": "sweden"}, ["7002"]),
        ({"group": "STD"}, ["7001", "7002"]),
        ({"money": "none"}, []),
        ({"q": "\x00"}, ["7001", "7002"]),
    ],
)
def test_the_list_is_narrowed(
    browser: Browser, strangers: list[Any], query: dict[str, str], logins: list[str]
) -> None:
    found = re.findall(r"data-row>(\d+)<", listed(browser, **query))
    assert found == logins


def test_giving_shows_first_and_is_undone_on_its_page(
    browser: Browser, strangers: list[Any], house: House
) -> None:
    account, url = strangers[0], reverse("trading:unbound-bind")
    data = {
        "account": [one.pk for one in strangers],
        f"client-{account.pk}": house.near.pk,
    }
    summary = text_of(browser.post(url, data))
    assert "Give 1 account to its client" in summary
    assert "nobody chosen: stays as it is" in summary
    assert not BindingBatch.objects.exists()
    result = browser.post(url, data | {"confirmed": "yes", "reason": "day one"}, follow=True)
    assert "1 account was given" in text_of(result)
    account.refresh_from_db()
    assert account.client_id == house.near.pk
    batch = BindingBatch.objects.get()
    undone = browser.post(reverse("trading:binding-undo", args=[batch.pk]), follow=True)
    # The page's clock is the wall's; the act was a moment ago.
    assert "Taken back" in text_of(undone)
    account.refresh_from_db()
    assert account.client_id is None
    again = browser.post(reverse("trading:binding-undo", args=[batch.pk]), follow=True)
    assert "and once" in text_of(again)


def test_only_what_was_offered_is_given(
    browser: Browser, strangers: list[Any], house: House
) -> None:
    """A client whom nothing speaks for, or who is out of reach, is none of the list's choices."""
    other = a_client("Somebody Else", entity=house.entity)
    url, pk = reverse("trading:unbound-bind"), strangers[0].pk
    for client in (other, house.far):
        page = text_of(browser.post(url, {"account": pk, f"client-{pk}": client.pk}))
        assert "There is nothing to give yet" in page
        assert "Fred Far" not in page


def test_registering_shows_who_is_new_and_who_is_known(
    browser: Browser, strangers: list[Any], house: House
) -> None:
    url = reverse("trading:unbound-register")
    data = {"account": [one.pk for one in strangers]}
    summary = text_of(browser.post(url, data))
    assert "Register 1 new client" in summary
    assert "somebody else: register all the same" in summary
    refused = browser.post(url, data | {"confirmed": "yes"})
    assert "Choose the legal entity" in text_of(refused, 422)
    confirmed = data | {"confirmed": "yes", "legal_entity": house.entity.pk}
    page = text_of(browser.post(url, confirmed, follow=True))
    assert "Registered and given" in page
    assert "Looks like a known client" in page
    jon = Client.objects.get(full_name="Jon Ek")
    assert (jon.country, jon.legal_entity_id) == ("SE", house.entity.pk)


def test_another_entitys_clients_are_not_registered_here(
    browser: Browser, strangers: list[Any], house: House
) -> None:
    data = {
        "account": strangers[1].pk,
        "confirmed": "yes",
        "legal_entity": house.far.legal_entity_id,
    }
    text_of(browser.post(reverse("trading:unbound-register"), data), 422)
    assert not Client.objects.filter(full_name="Jon Ek").exists()


def test_by_hand_given_and_taken_away(browser: Browser, strangers: list[Any]) -> None:
    account = strangers[1]
    client = a_client("Jonathan Ek", entity=Client.objects.get(full_name="Nora Near").legal_entity)
    owner = reverse("trading:account-owner", args=[account.pk])
    assert "Jonathan Ek" in text_of(browser.get(owner, {"q": "Jonathan"}))
    bind = reverse("trading:account-bind", args=[account.pk])
    assert "This field is required" in text_of(browser.post(bind, {"client": client.pk}), 422)
    text_of(browser.post(bind, {"client": client.pk, "reason": "passport seen"}, follow=True))
    account.refresh_from_db()
    assert account.client_id == client.pk
    assert "belongs to a client already" in text_of(
        browser.post(bind, {"client": client.pk, "reason": "again"}), 422
    )
    unbind = reverse("trading:account-unbind", args=[account.pk])
    text_of(browser.post(unbind, {"reason": "mixed up"}, follow=True))
    account.refresh_from_db()
    assert account.client_id is None


def test_contacts_are_masked_for_who_may_not_read_them(house: House, strangers: list[Any]) -> None:
    user = a_staff_user("back_office", entity=house.entity)
    allowed = user.grants.get().role.permissions
    rest = [one for one in allowed if one != "crm.client.see_contacts"]
    a_changed_role("back_office", permissions=rest)
    page = text_of(a_browser(user).get(reverse("trading:unbound-list")))
    assert "nora@example.com" not in page
    assert "n•••a@•••.com" in page


def test_the_command_tells_and_binds_what_is_certain(
    house: House, strangers: list[Any], capsys: Any
) -> None:
    call_command("bind_accounts", server="demo-1")
    told = capsys.readouterr().out
    assert f"demo-1 7001 #{house.near.number} strong: same e-mail, same name" in told
    assert "strong 1 · ambiguous 0 · fair 0 · weak 0 · nobody 1 · bound 0" in told
    call_command("bind_accounts", apply=True)
    assert "bound 1" in capsys.readouterr().out
    strangers[0].refresh_from_db()
    assert strangers[0].client_id == house.near.pk

"""Managing an account, opening one, and the second person's page: through the doors."""

from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.settings.env import AgentKey
from backoffice.ui import figures
from tests.factories.accounts.orders import AccountGateway, a_wish, an_account_type
from tests.factories.house import House, a_house
from tests.factories.market import a_record
from tests.factories.people import a_browser, a_staff_user
from trading.actions.ordering import approving, asking, chasing
from trading.gateway import registry
from trading.gateway.errors import Refused, Uncertain
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import AccountCommand, AccountFigures, Group, Position, TradingAccount
from trading.states import AccountOrder, AccountVerb

pytestmark = pytest.mark.django_db


@pytest.fixture
def gateway(settings: Any) -> Iterator[AccountGateway]:
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = AccountGateway()
    memory.account_list = [a_record(1001)]
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


@pytest.fixture
def house(gateway: AccountGateway) -> House:
    return a_house()


@pytest.fixture
def officer(house: House) -> Browser:
    return a_browser(a_staff_user("back_office", entity=house.entity))


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:800]
    return unescape(answer.content.decode())


def order(browser: Browser, house: House, verb: str, value: str = "", **extra: str) -> Any:
    data = {"key": str(uuid4()), "verb": verb, "value": value, "reason": "by phone"} | extra
    return browser.post(
        reverse("trading:account-manage", args=[house.account.pk]), data, follow=True
    )


def test_the_servers_own_answer_is_shown(
    officer: Browser, house: House, gateway: AccountGateway
) -> None:
    page = text_of(order(officer, house, "forbid"))
    assert "Make read-only" in page
    assert "Done" in page
    assert TradingAccount.objects.get(pk=house.account.pk).read_only
    gateway.before = lambda: _raise(Refused(7, "not enough rights"))
    page = text_of(order(officer, house, "disable"))
    assert "Refused by MetaTrader" in page
    assert "not enough rights (code 7)" in page


def _raise(error: Exception) -> None:
    raise error


def test_a_lost_answer_is_shown_as_being_confirmed(
    officer: Browser, house: House, gateway: AccountGateway
) -> None:
    gateway.before = lambda: _raise(Uncertain("the line broke"))
    page = text_of(order(officer, house, "forbid"))
    assert "Being confirmed" in page
    assert "Nothing is sent again" in page
    assert "Another request" in text_of(order(officer, house, "disable"), 422)


def test_a_password_is_shown_once(officer: Browser, house: House, gateway: AccountGateway) -> None:
    answer = order(officer, house, "password")
    assert answer["Cache-Control"] == "no-store"
    main = gateway.passwords[1001][0]
    assert main in text_of(answer)
    command = AccountCommand.objects.get()
    again = officer.get(reverse("trading:command-detail", args=[command.pk]))
    assert main not in text_of(again)


def test_two_people_for_what_is_dangerous(
    officer: Browser, house: House, gateway: AccountGateway
) -> None:
    page = text_of(order(officer, house, "leverage", "500"))
    assert "Waits for a second person" in page
    assert "the leverage goes up" in page
    command = AccountCommand.objects.get()
    confirm = reverse("trading:command-confirm", args=[command.pk])
    data = {"fingerprint": command.fingerprint, "facts": approving.facts_now(command)}
    assert "somebody else has to do this" in text_of(officer.post(confirm, data), 422)
    dealer = a_browser(a_staff_user("dealer"))
    todo = text_of(dealer.get(reverse("trading:command-list"), {"view": "todo"}))
    assert f"data-row>{house.account.login}<" in todo
    decline = reverse("trading:command-decline", args=[command.pk])
    assert "This field is required" in text_of(dealer.post(decline, {"note": ""}), 422)
    counted = dealer.get(reverse("trading:command-count"), headers={"HX-Request": "true"})
    assert text_of(counted).strip().startswith("1")
    assert "look again" in text_of(dealer.post(confirm, data | {"fingerprint": "0" * 64}), 422)
    assert gateway.sent == []
    text_of(dealer.post(confirm, data, follow=True))
    assert gateway.sent == [("leverage", 1001)]
    assert TradingAccount.objects.get(pk=house.account.pk).leverage == 500


def test_the_margin_after_a_change_is_shown_before_it_is_asked_for(
    officer: Browser, house: House
) -> None:
    """Two lots of EURUSD at 1.2; half the leverage takes twice the margin."""
    account, page = house.account, reverse("trading:account-manage", args=[house.account.pk])
    Position.objects.filter(account=account, ticket=12).delete()
    Position.objects.filter(account=account).update(
        volume_hundredths=200, margin_rate=Decimal("1.2"), symbol="EURUSD"
    )
    assert "a price or a rate is missing" in text_of(officer.get(page))
    AccountFigures.objects.create(
        account=account, currency="USD", balance=account.balance, credit=account.credit,
        floating=Decimal("-100.00"), figures_at=clock.now(),
    )  # fmt: skip
    told = text_of(officer.get(page))
    leverage, funds = account.leverage, account.balance + account.credit - 100
    needed = Decimal(240_000) / leverage
    level = figures.level(funds / (2 * needed) * 100)
    half = f"1:{leverage // 2} · margin {figures.amount(2 * needed, 'USD')} USD · level {level}"
    assert " ".join(half.split()) in " ".join(told.split())
    assert "Now:" in told
    Position.objects.filter(account=account).update(volume_hundredths=100_000)
    assert "positions would be closed at once" in text_of(officer.get(page))


def test_a_refused_act_stands_open_with_what_was_typed(officer: Browser, house: House) -> None:
    page = text_of(order(officer, house, "leverage", "0", reason="call of Tuesday"), 422)
    act = page[page.index('<details class="one-act" open>') :]
    assert 'value="call of Tuesday"' in act[: act.index("</details>")]
    assert 'role="alert"' in act[: act.index("</details>")]
    page = text_of(order(officer, house, "forbid", reason=""), 422)
    act = page[page.index('<details class="one-act" open>') :]
    assert 'id="wrong_forbid">Say why.' in act[: act.index("</details>")]


def test_acts_without_the_right_are_absent_and_refused(house: House) -> None:
    user = a_staff_user("sales_agent", entity=house.entity)
    house.give_to(user)
    browser = a_browser(user)
    page = text_of(browser.get(reverse("trading:account-manage", args=[house.account.pk])))
    assert "change nothing on it" in page
    assert "You may not" in text_of(order(browser, house, "forbid"), 422)
    assert "Say why" in text_of(order(browser, house, "nonsense"), 422)
    assert not AccountCommand.objects.exists()


def test_an_account_is_opened_for_a_client(
    officer: Browser, house: House, gateway: AccountGateway
) -> None:
    kind = an_account_type(house.entity, Group.objects.get(server=house.server))
    url = reverse("trading:account-open", args=[house.near.pk])
    assert "Standard USD · 1:100 · Demo One" in text_of(officer.get(url))
    data = {"key": str(uuid4()), "account_type": f"{kind.pk}:200", "reason": "second account"}
    page = text_of(officer.post(url, data))
    assert all(one in page for one in gateway.passwords[500_000])
    assert TradingAccount.objects.get(login=500_000).client_id == house.near.pk
    wrong = officer.post(url, data | {"key": str(uuid4()), "account_type": f"{kind.pk}:999"})
    assert "Select a valid choice" in text_of(wrong, 422)


def test_nothing_on_offer_says_so(officer: Browser, house: House) -> None:
    page = text_of(officer.get(reverse("trading:account-open", args=[house.near.pk])))
    assert "No account type is on offer" in page


def test_what_nobody_brings_on_is_brought_on(house: House, gateway: AccountGateway) -> None:
    """A confirmed change is sent by the clockwork; a password that nobody would see is not."""
    Position.objects.filter(account=house.account).delete()
    user, system = a_staff_user("back_office", entity=house.entity), Actor.system("chase")
    states = []
    for verb in (AccountVerb.PASSWORD, AccountVerb.FORBID):
        told = {"account_id": house.account.pk, "actor": user.actor, "now": clock.now()}
        command = asking.ask(wish=a_wish(verb), **told)
        chased = chasing.chase(command_id=command.pk, actor=system, now=clock.now())
        states.append(chased.state)
    assert states == [AccountOrder.NOT_SENT, AccountOrder.DONE]

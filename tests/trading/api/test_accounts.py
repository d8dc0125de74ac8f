"""Trading accounts through the API: read, opened, given new passwords; history and statement."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backoffice.demo.redis import Redis
from backoffice.machines.models import KeptAnswer
from backoffice.settings.env import AgentKey
from tests.factories.accounts.orders import AccountGateway, an_account_type
from tests.factories.house import House, a_house, a_street
from tests.factories.machines import Machine, a_machine
from tests.factories.market import NOON, a_record
from trading.gateway import registry
from trading.gateway.remote.gateway import RemoteGateway
from trading.models import Group, TradingAccount

pytestmark = pytest.mark.django_db
WHY = {"reason": "The client asked on the site"}


@pytest.fixture
def gateway(settings: Any, redis_server: Redis) -> Iterator[AccountGateway]:
    """A server that answers from memory."""
    settings.MT4_AGENT_KEYS = {"demo-1": AgentKey("k1", b"secret")}
    memory = AccountGateway()
    memory.account_list = [a_record(1001), a_record(2002)]
    registry.register(lambda address: memory)
    yield memory
    registry.register(RemoteGateway)


@pytest.fixture
def house(gateway: AccountGateway) -> House:
    """The house."""
    return a_house()


@pytest.fixture
def machine(house: House) -> Machine:
    """The personal area."""
    return a_machine(house.entity)


def test_accounts_and_live_equity(house: House, machine: Machine) -> None:
    (account,) = machine.get(f"clients/{house.near.pk}/accounts").json()["items"]
    assert (account["id"], account["login"], account["server"]) == (
        house.account.pk, 1001, "demo-1",
    )  # fmt: skip
    assert machine.get(f"accounts/{house.account.pk}").json() == account
    live = machine.get(f"accounts/{house.account.pk}/equity").json()
    assert live == account["figures"]
    assert live["balance"] == account["balance"]
    assert Decimal(live["balance"]).as_tuple().exponent == -2
    opened = machine.get(f"accounts/{house.account.pk}/positions").json()["items"]
    assert {one["ticket"] for one in opened} == {11, 12}
    assert {one["side"] for one in opened} <= {"buy", "sell"}


def test_an_account_is_opened_once_and_its_passwords_are_shown_once(
    house: House, machine: Machine, gateway: AccountGateway
) -> None:
    an_account_type(house.entity, Group.objects.get(server=house.server))
    (kind,) = machine.get(f"clients/{house.near.pk}/account-types").json()["items"]
    wish = {"account_type": kind["id"], "leverage": kind["leverages"][0], **WHY}
    path = f"clients/{house.near.pk}/accounts/open"
    first = machine.post(path, wish, key="open-0001")
    again = machine.post(path, wish, key="open-0001")
    assert first.status_code == again.status_code == 200
    told = first.json()
    assert told["state"] == "DONE"
    assert (told["passwords"]["main"], told["passwords"]["investor"]) == gateway.passwords[500_000]
    assert again.json() == {**told, "passwords": None}
    assert [sent for sent in gateway.sent if sent[0] == "open"] == [("open", 500_000)]
    kept = KeptAnswer.objects.get(key="open-0001").body
    assert told["passwords"]["main"] not in kept
    account = TradingAccount.objects.get(login=500_000)
    assert (account.client_id, told["account"]) == (house.near.pk, account.pk)
    assert machine.get(f"account-commands/{told['id']}").json()["state"] == "DONE"
    wrong = machine.post(path, {**wish, "leverage": 333})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "nothing_to_do")


@pytest.mark.parametrize("investor", [False, True])
def test_a_password_is_made_anew(house: House, machine: Machine, investor: bool) -> None:
    answer = machine.post(f"accounts/{house.account.pk}/password", {"investor": investor, **WHY})
    told = answer.json()
    assert (answer.status_code, told["state"]) == (200, "DONE")
    assert bool(told["passwords"]["investor"]) is investor
    assert bool(told["passwords"]["main"]) is not investor


def test_history_is_paged_by_cursor_and_cut_by_time(house: House, machine: Machine) -> None:
    a_street(house, doors=5)
    path = f"accounts/{house.account.pk}/deals"
    seen: list[int] = []
    after = ""
    while True:
        page = machine.get(f"{path}?size=2&after={after}").json()
        seen += [one["ticket"] for one in page["items"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 7
    until = (NOON - timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    early = machine.get(f"{path}?until={until}").json()["items"]
    assert [one["ticket"] for one in early] == [14]
    late = machine.get(f"{path}?since={until}").json()["items"]
    assert len(late) == 6
    money = machine.get(f"accounts/{house.account.pk}/balance-records").json()["items"]
    assert {one["kind"] for one in money} == {"balance"}


@pytest.mark.parametrize(
    "query",
    ["after=nonsense", "size=0", "size=201", "size=x", "since=yesterday", "colour=red",
     "since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z"],
)  # fmt: skip
def test_a_question_that_makes_no_sense(house: House, machine: Machine, query: str) -> None:
    answer = machine.get(f"accounts/{house.account.pk}/deals?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_statement_adds_up_to_the_cent(house: House, machine: Machine) -> None:
    whole = machine.get(f"accounts/{house.account.pk}/statement").json()
    moved = ("deposits", "withdrawals", "profit", "commission", "swap", "taxes")
    total = Decimal(whole["opening_balance"]) + sum(Decimal(whole[name]) for name in moved)
    assert total == Decimal(whole["closing_balance"])
    assert Decimal(whole["closing_balance"]) == house.account.balance
    assert whole["trades"] == 2
    cut = (NOON - timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    early = machine.get(f"accounts/{house.account.pk}/statement?until={cut}").json()
    late = machine.get(f"accounts/{house.account.pk}/statement?since={cut}").json()
    assert early["closing_balance"] == late["opening_balance"]
    assert early["opening_balance"] == whole["opening_balance"]
    assert late["closing_balance"] == whole["closing_balance"]
    assert early["trades"] + late["trades"] == whole["trades"]

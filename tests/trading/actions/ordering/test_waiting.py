"""Changes of group and leverage wait while somebody above says that money is under way."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.factories.accounts.orders import AccountGateway, a_wish
from tests.factories.house import House
from tests.factories.market import NOON
from tests.factories.people import a_staff_user
from trading.actions.ordering import asking, carrying, waiting
from trading.models import Position
from trading.states import AccountOrder, AccountVerb

pytestmark = pytest.mark.django_db
UNDER_WAY: list[str] = []


@pytest.fixture(autouse=True)
def question() -> Iterator[None]:
    """Somebody above who is asked."""
    waiting.register("test", lambda account_id: UNDER_WAY[0] if UNDER_WAY else "")
    UNDER_WAY.append("Money is under way.")
    yield
    UNDER_WAY.clear()
    waiting.register("test", lambda account_id: "")


def test_it_stays_ready_says_why_and_goes_afterwards(house: House, gateway: AccountGateway) -> None:
    Position.objects.filter(account=house.account).delete()
    officer: Any = a_staff_user("back_office", entity=house.entity)
    command = asking.ask(
        wish=a_wish(AccountVerb.LEVERAGE, "50"),
        account_id=house.account.pk,
        actor=officer.actor,
        now=NOON,
    )
    told: dict[str, Any] = {"command_id": command.pk, "actor": officer.actor, "now": NOON}

    held = carrying.carry(**told).command
    assert (held.state, held.answer) == (AccountOrder.READY, "Money is under way.")
    assert gateway.sent == []

    UNDER_WAY.clear()
    assert carrying.carry(**told).command.state == AccountOrder.DONE
    assert gateway.sent == [("leverage", 1001)]


def test_only_what_changes_the_ground(house: House) -> None:
    assert waiting.reason_for(AccountVerb.DISABLE, house.account.pk) == ""
    assert waiting.reason_for(AccountVerb.GROUP, house.account.pk) == "Money is under way."

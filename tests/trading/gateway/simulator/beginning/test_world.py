"""The invented world: who lives in it hangs on the seed alone, and people share accounts."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from trading.gateway.simulator.beginning.instruments import instruments
from trading.gateway.simulator.beginning.state import Beginning
from trading.gateway.simulator.beginning.world import invent
from trading.gateway.simulator.hours import Hours

TUESDAY = datetime(2026, 3, 3, 10, 20, tzinfo=UTC)


def a_world(now: datetime, *, seed: int = 5, clients: int = 6, accounts: int = 15) -> Beginning:
    """A small world that begins at a moment."""
    hours = Hours(ZoneInfo("Europe/Athens"), lambda: now, weekends=True)
    return invent(
        seed=seed, clients=clients, accounts=accounts, days=6, company="X", hours=hours, now=now
    )


def people_of(world: Beginning) -> list[tuple[object, ...]]:
    """What must not hang on the day."""
    return [
        (one.login, one.group, one.name, one.email, one.country, one.enabled, one.read_only)
        for one in world.accounts
    ]


@pytest.mark.parametrize("later", [1, 4, 5])
def test_the_same_seed_gives_the_same_people_and_accounts_on_any_day(later: int) -> None:
    """Whether it begins on a Tuesday, a Saturday or a Sunday."""
    first = people_of(a_world(TUESDAY))
    assert people_of(a_world(TUESDAY + timedelta(days=later, hours=7))) == first
    assert people_of(a_world(TUESDAY, seed=6)) != first


def test_people_share_the_accounts_and_everybody_has_one() -> None:
    """Fifteen accounts of six people; the first six are six people's."""
    world = a_world(TUESDAY)
    owners = Counter(one.email for one in world.accounts)
    assert len(owners) == 6
    assert sum(owners.values()) == 15
    assert len({one.email for one in world.accounts[:6]}) == 6
    assert {(one.email, one.name) for one in world.accounts[6:]} <= {
        (one.email, one.name) for one in world.accounts[:6]
    }


def test_there_are_28_symbols_whose_terms_make_sense() -> None:
    """Majors, crosses, metals, oil, indices and a coin; each has a price around which it ticks."""
    known = {one.spec.name: one for one in instruments()}
    assert len(known) == 28
    assert {"EURUSD", "GBPJPY", "XAUUSD", "BTCUSD", "UKOIL", "US500"} <= set(known)
    for one in known.values():
        assert one.price > 0
        assert one.spec.contract_size > 0
        assert one.spec.margin_percentage > 0
        assert 0 < one.temper.spread * 10 < one.price * 10**one.spec.digits

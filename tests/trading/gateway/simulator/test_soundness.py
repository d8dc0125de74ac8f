"""A seeded day of clients and managers keeps the server's invariants, whenever it is killed."""

import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.desks.asked import everything
from tests.factories.desks.crowd import Crowd, require_sound
from tests.factories.desks.killed import sound_after_kill
from tests.factories.simulator import Clock, a_desk, accounts, other_group
from tests.factories.simulator import a_server as a_beginning
from tests.factories.terms import a_group
from trading.gateway.simulator.clockwork import Clockwork
from trading.gateway.simulator.desk import Desk
from trading.terms import CommissionType

SECONDS_OF_A_DAY = 86_400


def a_whole_server(folder: Path, clock: Clock) -> Desk:
    """Six accounts in two groups: per-lot commission, larger leg; prices held, nights charged."""
    groups = (
        a_group(commission_type=CommissionType.MONEY, commission=Decimal("6.00")),
        other_group(name="larger", currency="USD", hedge_larger_leg=True),
    )
    known = accounts(*({"login": 5001 + at, "group": groups[at % 2].name} for at in range(6)))
    desk = a_desk(folder, clock, a_beginning(groups=groups, accounts=known))
    desk.market.held = False
    return desk


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_keeps_balance_margin_numbers_and_history(tmp_path: Path, seed: int) -> None:
    chance, clock = random.Random(seed), Clock()
    desk = a_whole_server(tmp_path, clock)
    begun = {login: account.balance for login, account in desk.book.accounts.items()}
    crowd, end = Crowd(desk, seed), clock.time + timedelta(days=1)
    kills = 0
    while clock.time < end:
        clock.time += timedelta(seconds=chance.randint(1, SECONDS_OF_A_DAY // 200))
        crowd.act()
        works = Clockwork(desk, traders=None, on_quotes=lambda quotes: None)
        works.second()
        works.quotes_changed(list(desk.market.quotes.values()))
        if chance.random() < 0.05:
            kills += 1
            quotes = dict(desk.market.quotes)
            desk = crowd.desk = a_desk(tmp_path, clock)  # knows only what is on the disk
            desk.market.quotes.update(quotes)
            desk.market.held = False
            require_sound(desk, begun, list(everything(desk).values()))
    require_sound(desk, begun, list(everything(desk).values()))
    assert kills > 5
    assert crowd.done > 150
    assert any(one.swap for one in everything(desk).values())
    assert len({one.login for one in everything(desk).values()}) == 6


def test_what_does_not_add_up_is_found(tmp_path: Path) -> None:
    """The positive control: the invariants are asked for, not taken for granted."""
    desk = a_whole_server(tmp_path, Clock())
    begun = {login: account.balance for login, account in desk.book.accounts.items()}
    crowd = Crowd(desk, 3)
    for _ in range(40):
        crowd.act()
    tickets = list(everything(desk).values())
    require_sound(desk, begun, tickets)
    with pytest.raises(AssertionError, match="is not"):
        require_sound(desk, {**begun, 5002: begun[5002] + Decimal("0.01")}, tickets)
    for wrong in (tickets[:-1], [*tickets, tickets[0]], [t for t in tickets if not t.is_open]):
        with pytest.raises(AssertionError):
            require_sound(desk, begun, wrong)


@pytest.mark.processes
def test_a_server_killed_while_its_clients_trade_is_sound(short_folder: Path) -> None:
    """A free market at high speed, killed twice without warning; the disk alone must be right."""
    chance = random.Random(5)
    tickets = [sound_after_kill(short_folder, after=chance.uniform(0.05, 0.6)) for _ in range(2)]
    assert tickets[0] < tickets[1]

"""Short seeds of `make prove ONLY=money` and `ONLY=drills`: processes die, and faults strike.

Every process dies once while withdrawals are under way; then one meets a fault of the server, and
one a fault of the wire.

Points are those whose withdrawals are found at the first look, so that the seed is short.
"""

import random

from tests.journeys.running import Demo
from tests.prove.money.desks import customers_of
from tests.prove.money.drills import WIRE, Drill, Ground
from tests.prove.money.run import PROCESSES, beside, judged

POINTS = {
    "web": "request committed, not answered",
    "worker": "confirmation committed",
    "agent": "MetaTrader answered, not noted",
    "metatrader": "booked on disk, not answered",
    "postgresql": "hold settled, not committed",
    "feed": "figures reckoned, not kept",
}
FAULTS = (Drill("F-09"), Drill("F-05", WIRE))
BUSY_SECONDS = 240.0  # that it comes to rest is asserted here, how fast is `make prove`'s


def test_money_moves_once_whoever_dies(demo: Demo) -> None:
    """Each movement that is confirmed stands once in MetaTrader, no other does, books agree."""
    chance = random.Random(1)
    with beside(demo, "suite") as fleet:
        kills = [fleet.executioner.at_point(*point, chance) for point in POINTS.items()]
        done = judged(fleet, kills, 0, print, limit=BUSY_SECONDS)
        ground = Ground(
            demo, fleet.eye, fleet.desks.browsers, customers_of(fleet.eye), fleet.sockets
        )
        met = [ground.run(drill) for drill in FAULTS]
    assert tuple(kill.process for kill in kills) == tuple(POINTS)
    assert set(POINTS) == set(PROCESSES)
    assert done.confirmed > 0
    assert done.manual == 0
    assert [(one.ended, one.moved) for one in met] == [("DEBITED/CONFIRMED", 1)] * len(FAULTS)

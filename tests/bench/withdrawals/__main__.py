"""The program that carries withdrawals from the request to the debit, and counts what each takes.

    python -m tests.bench.withdrawals AGENT_URL METATRADER JOURNAL DSN BARE_URL

In an empty, migrated database beside a demo's agent; JOURNAL is a folder for the counting agent.
Rounds of ours and of the bare loops take turns, so that all meet the same weather. Its last line is
JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.conf import settings
from django.db import connection

from backoffice.core.clock import now
from backoffice.core.runtime import memory
from backoffice.demo.processes import SERVER
from tests.bench.withdrawals import agreement, crews
from tests.bench.withdrawals.bare import BareLoop, Loop
from tests.bench.withdrawals.counted_agent import counted
from tests.bench.withdrawals.replay import Replay, Watch
from tests.bench.withdrawals.steps import POSTGRESQL, Kind, Taken, taken_by
from tests.bench.withdrawals.till import ACTOR, Till, a_till
from trading.actions import servers
from trading.queries import servers as known_servers

WARM, ROUNDS, PER_ROUND = 24, 6, 25  # warm: the books of every account are open
RACED, AGAIN = ROUNDS * PER_ROUND, 5  # again: what was prepared is prepared again


def counted_of(
    till: Till,
    agent_url: str,
    metatrader: str,
    folder: Path,
    watch: Watch | None = None,
) -> list[Taken]:
    """Return what a withdrawal of each account takes, by way of the agent that counts."""
    carry = till.carry if watch is None else watch.watched(till.carry)
    (server_id,) = known_servers.active_server_ids()
    key = settings.MT4_AGENT_KEYS[SERVER]
    with counted(folder, metatrader, key.key_id, key.secret) as agent:
        move = partial(servers.move_agent, server_id=server_id, actor=ACTOR)
        move(agent_url=agent.url, now=now())
        till.carry()
        taken = taken_by(carry, agent, times=len(till.accounts))
        move(agent_url=agent_url, now=now())
    for _number in range(3):  # what was prepared is prepared again
        till.carry()
    return taken


def raced(sides: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Let the sides take turns; the seconds that each took in all."""
    seconds = dict.fromkeys(sides, 0.0)
    for _round in range(ROUNDS):
        for name, carry in sides.items():
            start = time.monotonic()
            for _number in range(PER_ROUND):
                carry()
            seconds[name] += time.monotonic() - start
    return seconds


def require_agreement(
    till: Till, taken: list[Taken], *loops: Loop, spared: float = agreement.SPARED
) -> None:
    """Exit unless ours and these loops are counted alike."""
    ways = len(taken)
    ours_count = agreement.counted(connection.connection, till.carry, ways=ways)
    for loop in loops:
        count = agreement.counted(loop.session, loop.carry, ways=ways)
        asked = loop.trips // agreement.ROUNDS, loop.flushes // agreement.ROUNDS
        agreement.require(taken, ours_count, count, asked, spared=spared)


def main() -> None:
    """Set up, count, prove that both take the same, race, tell."""
    agent_url, metatrader, journal, dsn, bare_url = sys.argv[1:]
    where = {"redis_url": settings.REDIS_URL, "agent_url": bare_url, "dsn": dsn}
    till = a_till(agent_url)
    watch = Watch(dsn)
    for _number in range(WARM):
        till.carry()
    memory.set_aside()  # as a worker has done before its first task
    taken = counted_of(till, agent_url, metatrader, Path(journal), watch)
    times = agreement.ROUNDS * len(taken) + AGAIN + RACED
    replay = Replay(watch.ways(taken), times=times, **where)
    till.carry()  # on a connection of its own again
    make = partial(BareLoop, taken, **where)
    bare, reading = make(), make(reads=True)
    require_agreement(till, taken, bare, replay)
    for _number in range(AGAIN):
        till.carry()
        reading.carry()
        replay.carry()
    sides = {"ours": till, "bare": bare, "reading": reading, "replay": replay}
    seconds = raced({name: side.carry for name, side in sides.items()})
    till.require_debited()
    replayed = replay.require_real()
    for loop in (bare, reading, replay):
        loop.close()
    together = {
        "crews_ours": crews.at_once(crews.ours_of(till)),
        "crews_bare": crews.at_once(crews.bare_of(make)),
    }
    told = {
        "count": RACED,
        "replayed": replayed,
        "crews": crews.CREWS,
        "crews_count": crews.CREWS * crews.EACH,
        "trips": _middle(taken, lambda one: one.count(*POSTGRESQL)),
        "commits": _middle(taken, lambda one: one.commits),
        "flushes": _middle(taken, lambda one: one.flushes),
        "redis": _middle(taken, lambda one: one.count(Kind.REDIS)),
        "calls": _middle(taken, lambda one: one.count(Kind.QUESTION, Kind.COMMAND)),
        "asked": _middle(taken, lambda one: one.trips),
        **seconds,
        **together,
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def _middle(taken: list[Taken], of: Callable[[Taken], int]) -> int:
    return int(statistics.median(map(of, taken)))


if __name__ == "__main__":
    main()

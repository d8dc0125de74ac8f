"""The twelve faults of money.md 13.1, as the reader of a server suffers them.

A fault strikes a question by chance; the same seed strikes the same questions. What befalls the
stream of news and the processes is in inside.py.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from trading.gateway.errors import Refused, Unavailable
from trading.gateway.port import Page

HIDDEN_SECONDS = 20  # how long F-06 keeps new records from a question
STRIKES_EVERY = 12  # questions, on average, while faults are on


class World(Protocol):
    """What a fault can make happen in the middle of a question."""

    def events(self, count: int) -> None:
        """Let so many things happen at once."""

    def restart_server(self) -> None:
        """Kill MetaTrader and start it from its disk."""

    def restart_agent(self) -> None:
        """Lose the news that were on their way."""

    def jump_zone(self) -> None:
        """Put the server's clock into another zone for a while."""

    def server_stamp(self) -> int:
        """The server's wall clock now, as it stamps changes."""


class Faults:
    """Strikes questions while it is on; `struck` counts by fault."""

    def __init__(self, chance: random.Random, world: World) -> None:
        self._chance = chance
        self._world = world
        self.is_on = True
        self._until_next = STRIKES_EVERY
        self.struck: Counter[str] = Counter()
        self._modes: dict[str, Callable[[Callable[[], Any]], Any]] = {
            "F-01": self._dropped, "F-02": self._answer_dropped, "F-03": self._delayed,
            "F-05": self._twice, "F-06": self._hidden, "F-07": self._wrong_code,
            "F-09": self._reconnect, "F-10": self._restart, "F-11": self._zone,
            "F-12": self._foreign,
        }  # fmt: skip
        turn = sorted(self._modes)
        chance.shuffle(turn)
        self._turn = deque(turn)  # each has its turn, so that a short day misses none

    def befall(self, question: Callable[[], Any]) -> Any:
        """Return the answer to a question, unless a fault strikes it."""
        self._until_next -= 1
        if not self.is_on or self._until_next > 0:
            return question()
        self._until_next = self._chance.randrange(1, 2 * STRIKES_EVERY)
        name = self._turn.popleft()
        self._turn.append(name)
        self.struck[name] += 1
        return self._modes[name](question)

    def _dropped(self, question: Callable[[], Any]) -> Any:
        raise Unavailable("F-01: the request was dropped")

    def _answer_dropped(self, question: Callable[[], Any]) -> Any:
        question()
        raise Unavailable("F-02: the answer was dropped")

    def _delayed(self, question: Callable[[], Any]) -> Any:
        answer = question()
        self._world.events(self._chance.randrange(1, 6))
        return answer

    def _twice(self, question: Callable[[], Any]) -> Any:
        question()
        self._world.events(1)
        return question()

    def _hidden(self, question: Callable[[], Any]) -> Any:
        """Leave out the records of the last seconds, as a history that is written late does."""
        newest = self._world.server_stamp() - HIDDEN_SECONDS
        answer = question()
        if isinstance(answer, Page):
            return replace(answer, records=tuple(_old(answer.records, newest)))
        if not isinstance(answer, Sequence) or not all(hasattr(a, "closed_at") for a in answer):
            return answer
        # The open list is the server's memory: no history that is written late stands behind it.
        is_history = all(one.closed_at is not None for one in answer)
        return tuple(_old(answer, newest)) if is_history else answer

    def _wrong_code(self, question: Callable[[], Any]) -> Any:
        question()
        raise Refused(2, "F-07: common error")

    def _reconnect(self, question: Callable[[], Any]) -> Any:
        self._world.restart_agent()
        raise Unavailable("F-09: the connection was cut")

    def _restart(self, question: Callable[[], Any]) -> Any:
        self._world.restart_server()
        raise Unavailable("F-10: the server went away")

    def _zone(self, question: Callable[[], Any]) -> Any:
        self._world.jump_zone()
        return question()

    def _foreign(self, question: Callable[[], Any]) -> Any:
        self._world.events(1)
        return question()


def _old(records: Any, newest: int) -> list[Any]:
    return [one for one in records if one.changed_stamp <= newest]

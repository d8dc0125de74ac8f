"""Explores the model breadth-first, every state of it, and says how a wrong one is reached."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.prove.model.state import ABANDONED, AT_REST, CONFIRMED, REFUSED, Bounds, State
from tests.prove.model.steps import following


@dataclass
class Explored:
    """What was found: how many states and steps, the shortest way to a wrong one, what is stuck."""

    states: int = 0
    steps: int = 0
    wrong: str = ""
    way: list[str] = field(default_factory=list)
    stuck: int = 0


def wrong_with(now: State) -> str:
    """Return what is wrong with a state; "" for nothing."""
    if now.wrong:
        return now.wrong
    if len(now.records) > 1:
        return "doubled: MetaTrader booked it twice"
    if now.state in (REFUSED, ABANDONED) and now.records:
        return f"lost: {now.state}, and MetaTrader booked it"
    if now.state == CONFIRMED and not now.records:
        return "lost: CONFIRMED, and MetaTrader booked nothing"
    return ""


def explore(bounds: Bounds, *, without: Iterable[str] = (), most: int = 0) -> Explored:
    """Visit every state that can be reached, or the first wrong one (`most`: and no more states).

    Of a model with nothing wrong it is also asked that rest can be reached from everywhere.
    """
    removed, start = frozenset(without), bounds.start()
    came: dict[State, tuple[State, str] | None] = {start: None}
    before: dict[State, list[State]] = {}
    found, line = Explored(), deque([start])
    while line and not (most and len(came) > most):
        now = line.popleft()
        for name, then in following(now, bounds, removed):
            found.steps += 1
            if then == now:
                continue
            before.setdefault(then, []).append(now)
            if then in came:
                continue
            came[then] = (now, name)
            if words := wrong_with(then):
                found.wrong, found.way = words, _way(came, then)
                found.states = len(came)
                return found
            line.append(then)
    found.states = len(came)
    found.stuck = len(came) - _can_rest(came, before)
    return found


def _way(came: dict[State, tuple[State, str] | None], to: State) -> list[str]:
    names = []
    at = came[to]
    while at is not None:
        names.append(at[1])
        at = came[at[0]]
    return names[::-1]


def _can_rest(came: Iterable[State], before: dict[State, list[State]]) -> int:
    """Return from how many states rest can be reached."""
    known = {one for one in came if one.state in AT_REST}
    line = deque(known)
    while line:
        for one in before.get(line.popleft(), ()):
            if one not in known:
                known.add(one)
                line.append(one)
    return len(known)

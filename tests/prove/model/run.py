"""`make prove ONLY=model`: the protocol explored whole, then once without each of its guards.

Nothing is random: the same bounds are the same states. prove-results/model.jsonl keeps a line a
run, so that an interrupted proof goes on where it ended.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.cluster import ROOT
from tests.prove.model.exploring import Explored, explore
from tests.prove.model.state import GUARDS, Bounds

Say = Callable[[str], None]
#: Each explored to its end. The last is the widest that a machine with 4 GB explores in minutes.
WHOLE: tuple[Bounds, ...] = (
    Bounds(attempts=1, senders=1, crashes=2, twins=1, losses=1),
    Bounds(attempts=1, senders=2, crashes=1, twins=1, losses=1),
    Bounds(attempts=2, senders=1, crashes=0, twins=1, losses=1),
    Bounds(attempts=2, senders=1, crashes=2, twins=1, losses=0),
    Bounds(attempts=3, senders=1, crashes=0, twins=1, losses=0),
    Bounds(attempts=2, senders=2, crashes=1, twins=0, losses=0),
    Bounds(attempts=2, senders=2, crashes=1, twins=1, losses=0),
)
#: A mutant dies in one of these, the smallest first.
MUTANTS: tuple[Bounds, ...] = (
    Bounds(attempts=1, senders=1, crashes=1, twins=1, losses=0),
    Bounds(attempts=2, senders=1, crashes=0, twins=1, losses=0),
    Bounds(attempts=1, senders=1, crashes=0, twins=1, losses=1),
    Bounds(attempts=2, senders=2, crashes=0, twins=0, losses=0),
    Bounds(attempts=2, senders=2, crashes=1, twins=1, losses=1),
)
#: A mutant is not looked for in more states than this.
MOST = 2_000_000


@dataclass(frozen=True)
class Case:
    """One exploration: how far, and which guard is missing ("": none)."""

    bounds: Bounds
    without: str = ""

    @property
    def name(self) -> str:
        """What the journal and the report call it."""
        one = self.bounds
        size = f"{one.attempts} attempts, {one.senders} senders, {one.crashes} deaths, "
        size += f"{one.twins} second deliveries, {one.losses} lost journals"
        return f"without {self.without}: {size}" if self.without else size


def kill(guard: str) -> tuple[Explored, Bounds]:
    """Explore the model without a guard until something is wrong; the bounds in which it was."""
    found = Explored()
    for bounds in MUTANTS:
        found = explore(bounds, without=[guard], most=MOST)
        if found.wrong:
            return found, bounds
    return found, bounds


def cases() -> Iterator[Case]:
    """Yield what is to be explored, the mutants first: they take seconds."""
    for guard in GUARDS:
        yield Case(MUTANTS[0], guard.name)
    for bounds in WHOLE:
        yield Case(bounds)


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with what is not explored yet; 1 when a state is wrong or a mutant lives."""
    del seed
    journal = ROOT / "prove-results" / "model.jsonl"
    journal.parent.mkdir(exist_ok=True)
    known = {one["name"]: one for one in _read(journal)}
    end = time.monotonic() + 60 * minutes
    for case in cases():
        if case.name in known or time.monotonic() > end:
            continue
        told = _explored(case)
        known[case.name] = told
        with journal.open("a") as out:
            out.write(json.dumps(told) + "\n")
    return _report(known, say)


def _explored(case: Case) -> dict[str, Any]:
    start = time.monotonic()
    if case.without:
        found, bounds = kill(case.without)
        case = replace(case, bounds=bounds)
    else:
        found = explore(case.bounds)
    told = {"states": found.states, "steps": found.steps, "wrong": found.wrong, "way": found.way}
    first = Case(MUTANTS[0], case.without) if case.without else case
    more = {"name": first.name, "without": case.without, "stuck": found.stuck}
    return {**told, **more, "seconds": round(time.monotonic() - start, 1)}


def _report(known: dict[str, dict[str, Any]], say: Say) -> int:
    alive, states, wrong = [], 0, []
    for guard in GUARDS:
        told = known.get(Case(MUTANTS[0], guard.name).name)
        if told is None:
            continue
        if not told["wrong"]:
            alive.append(guard.name)
        say(f"  without {guard.name:14}{told['wrong'] or 'NOTHING WRONG FOUND'} "
            f"({len(told['way'])} steps, {told['states']:,} states)")  # fmt: skip
    for bounds in WHOLE:
        told = known.get(Case(bounds).name)
        if told is None:
            say(f"  {Case(bounds).name}: not yet")
            continue
        states += told["states"]
        if told["wrong"] or told["stuck"]:
            wrong.append(f"{told['wrong']} {told['stuck']} stuck: {' > '.join(told['way'])}")
        say(f"  {Case(bounds).name}: {told['states']:,} states, {told['steps']:,} steps, "
            f"{told['stuck']} stuck, {told['seconds']} s")  # fmt: skip
    killed = sum(1 for one in known.values() if one["without"] and one["wrong"])
    say(f"  {states:,} states with every guard: {len(wrong)} wrong")
    say(f"  {killed} of {len(GUARDS)} mutants killed, alive: {', '.join(alive) or 'none'}")
    for words in wrong:
        say(f"  NOT PROVED: {words}")
    return 1 if wrong or alive else 0


def _read(journal: Any) -> list[dict[str, Any]]:
    """What was explored before; a half-written last line does not count."""
    found = []
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found

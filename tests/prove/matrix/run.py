"""`make prove ONLY=matrix`: every step × every fault × every kind of money movement, enumerated.

Singles: somebody dies before, or after, each step of each life under each fault. Pairs: dies there
where something different is left on disk, and again at every such moment of the recovery. After
each case everybody goes on until it is quiet, and the oracle judges. prove-results/matrix.jsonl has
a line a case, so an interrupted proof goes on where it ended; the seed changes nothing.
"""

import json
import logging
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster import ROOT

if TYPE_CHECKING:
    from tests.prove.matrix.faults import Fault
    from tests.prove.matrix.lives import Life
    from tests.prove.matrix.stepping import Point
    from tests.prove.matrix.world import World

    Group = tuple[Life, Fault]

Say = Callable[[str], None]
SINGLE, PAIR, NONE = "single", "pair", "none"
#: What is said of the work so far, at most so often.
EVERY_SECONDS = 60.0
#: The singles of a group are proved in so many parts, each spread over the whole life.
PARTS = 32


def groups() -> "list[Group]":
    """Every kind of movement with every fault that can meet it."""
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.lives import LIVES

    return [(life, fault) for life in LIVES for fault in (FAULTS if life.moves else FAULTS[:1])]


def name_of(life: "Life", fault: "Fault", points: "tuple[Point, ...]") -> str:
    """What the journal calls a case."""
    told = " then ".join(one.name for one in points) or "no death"
    return f"{life.name} | {fault.mode} {fault.name} | {told}"


def singles(world: "World", life: "Life", fault: "Fault") -> "list[tuple[Point, ...]]":
    """Every single death of a life under a fault, and the life without one."""
    return [(), *((point,) for point in world.lived(life, fault).points())]


def pairs(world: "World", life: "Life", fault: "Fault") -> "Iterator[tuple[Point, ...]]":
    """Every pair of deaths around commits and calls, the second in the recovery from the first."""
    for first in world.lived(life, fault).durable():
        recovery = world.lived(life, fault, [first])
        if recovery.died:
            yield from ((first, second) for second in recovery.durable())


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with the cases that are not proved yet; 1 when one is not right."""
    del seed
    journal = ROOT / "prove-results" / "matrix.jsonl"
    journal.parent.mkdir(exist_ok=True)
    done = read(journal)
    say(f"  Crash matrix: {len(done):,} cases are proved, {minutes:g} min more")
    cluster = _started()
    logging.disable(logging.CRITICAL)
    from tests.prove.matrix import world as worlds

    try:
        with tempfile.TemporaryDirectory(prefix="mt4bo-matrix-") as folder:
            with worlds.a_world(Path(folder) / "proof") as world:
                finished = _go_through(world, done, journal, 60 * minutes, say)
            seen = control(Path(folder) / "control")
    except worlds.NotProved as problem:
        say(f"  NOT PROVED: {problem}")
        return 1
    finally:
        logging.disable(logging.NOTSET)
        cluster.stop()
    _report(done, say, finished=finished)
    say(f"  positive control, the gate open: {seen or 'NO DOUBLE WAS SEEN'}")
    return 0 if seen else 1


def control(folder: Path) -> str:
    """Let a command be delivered twice to an agent without a gate: the double that is found."""
    from tests.prove.matrix import world as worlds
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.lives import DEBIT

    twice = next(one for one in FAULTS if one.name == "delivered twice to the gate")
    with worlds.a_world(folder, gate_open=True) as world:
        try:
            world.lived(DEBIT, twice)
        except worlds.NotProved as found:
            return str(found)
    return ""


def _go_through(
    world: "World", done: dict[str, str], journal: Path, seconds: float, say: Say
) -> bool:
    """Prove what is left, singles first; whether all of it is done."""
    end, told_at = time.monotonic() + seconds, time.monotonic()
    with journal.open("a") as out:
        for kind, (life, fault), points in _planned(world):
            if time.monotonic() > end:
                return False
            name = name_of(life, fault, points)
            if name in done:
                continue
            reached = bool(world.lived(life, fault, points).died) or not points
            done[name] = kind if reached else NONE
            out.write(json.dumps({"case": name, "kind": done[name]}) + "\n")
            if time.monotonic() > told_at + EVERY_SECONDS:
                out.flush()
                told_at = time.monotonic()
                say(f"    {len(done):,} cases: {name}")
    return True


def _planned(world: "World") -> "Iterator[tuple[str, Group, tuple[Point, ...]]]":
    """Yield every case: of the singles a part of each group at a time, so that none waits long."""
    lists = {number: singles(world, *group) for number, group in enumerate(groups())}
    for part in range(PARTS):
        for number, group in enumerate(groups()):
            for points in lists[number][part::PARTS]:
                yield SINGLE, group, points
    for group in groups():
        for points in pairs(world, *group):
            yield PAIR, group, points


def _report(done: dict[str, str], say: Say, *, finished: bool) -> None:
    by_life, kinds = Counter[tuple[str, str]](), Counter(done.values())
    for name, kind in done.items():
        by_life[name.partition(" | ")[0], kind] += 1
    for life in sorted({life for life, _ in by_life}):
        say(f"  {life:12}{by_life[life, SINGLE]:>8,} singles {by_life[life, PAIR]:>9,} pairs")
    modes = {name.split(" | ")[1].split()[0] for name in done}
    say(f"  {kinds[SINGLE]:,} singles and {kinds[PAIR]:,} pairs over {len(modes) - 1} fault modes: "
        "0 lost, 0 doubled, 0 stuck, books agree with MetaTrader")  # fmt: skip
    say(f"  {'that is the whole matrix' if finished else 'it is not through: run it again'}")


def read(journal: Path) -> dict[str, str]:
    """The cases that were proved before; a half-written last line does not count."""
    found: dict[str, str] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            told = json.loads(line)
        except ValueError:
            break
        found[told["case"]] = told["kind"]
    return found


def _started() -> Any:
    """Start PostgreSQL, and point Django at a database of this proof."""
    from tests.cluster import APP
    from tests.prove.approvals.run import _started as started

    cluster = started()
    from django.db import connections

    database = cluster.create("matrix")
    place = {"NAME": database.name, "HOST": str(database.cluster.sockets), "USER": APP}
    connections.settings["default"].update(place | {"PORT": "", "PASSWORD": ""})
    connections["default"].close()
    return cluster

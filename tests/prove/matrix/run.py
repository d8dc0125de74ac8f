"""`make prove ONLY=matrix`: every step × every fault × every kind of money movement, enumerated.

Singles: somebody dies before, or after, each step of each life under each fault. Pairs: dies there,
and again at each step of the recovery. What leaves the same is lived on from once (exploring.py).
prove-results/matrix.jsonl has a line for each movement under each fault, so an interrupted proof
goes on where it ended; the seed changes nothing. WORKERS=2 lets two processes share the work (each
has a database of its own); DEATHS=1 leaves the pairs out; LIVES="deposit,return" takes only those;
EVERY=4 takes the second deaths after one in four of the first ones only, by chance of a fixed seed.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster import ROOT
from tests.prove.matrix.telling import told_of

if TYPE_CHECKING:
    from tests.prove.matrix.exploring import Explorer
    from tests.prove.matrix.faults import Fault
    from tests.prove.matrix.lived.life import Life

    Group = tuple[Life, Fault]

Say = Callable[[str], None]
Name = tuple[str, str, str]  # of a movement, of a fault, and which kind of deaths
KINDS = {"singles": 1, "pairs": 2}
#: So many of what went wrong are told of each group; the rest is counted.
TOLD = 20


def groups() -> "list[Group]":
    """Every kind of movement with every fault that can meet it, movement by movement."""
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.lived.lives import LIVES

    return [
        (life, fault)
        for life in LIVES
        for number, fault in enumerate(FAULTS)
        if life.moves or number == 0
    ]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with what is not proved yet; 1 when something is not right."""
    del seed
    journal = ROOT / "prove-results" / "matrix.jsonl"
    journal.parent.mkdir(exist_ok=True)
    say(f"  Crash matrix: {len(read(journal))} groups are proved, {minutes:g} min more")
    until, shares = time.monotonic() + 60 * minutes, int(os.environ.get("WORKERS") or 1)
    cluster = _started()
    logging.disable(logging.CRITICAL)
    try:
        seen = _controls(cluster, say)
        forked = get_context("fork")  # the house is loaded, and nothing is connected yet
        turn = forked.Value("i", 0)
        told = (cluster, journal, until, say)
        hands = [
            forked.Process(target=_share, args=(number, turn, *told)) for number in range(shares)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        logging.disable(logging.NOTSET)
        cluster.stop()
    lines = read(journal)
    told_of(lines.values(), len(groups()), say)
    say("  F-01 to F-12 are MetaTrader's and its agent's: a payout, settling by hand and what "
        "leaves a wallet ask nothing of them, so only deaths meet those")  # fmt: skip
    is_right = seen and all(_is_right(line) for line in lines.values())
    return 0 if is_right and all(hand.exitcode == 0 for hand in hands) else 1


def _controls(cluster: Any, say: Say) -> bool:
    """Whether each positive control saw what it has to see."""
    from django.db import connections

    from tests.prove.matrix.controls import CONTROLS, NOT_SEEN

    _aim(cluster, "control")
    is_seen = True
    for name, control in CONTROLS.items():
        with tempfile.TemporaryDirectory(prefix="mt4bo-matrix-") as folder:
            found = control(Path(folder))
        say(f"  positive control, {name}: {found[:160]}")
        is_seen = is_seen and found != NOT_SEEN
    connections["default"].close()
    return is_seen


def _turns() -> "list[tuple[str, str]]":
    """The work in its order: (kind, movement); all singles come before any pair."""
    lives = list(dict.fromkeys(life.name for life, _ in groups()))
    only = [one for one in os.environ.get("LIVES", "").split(",") if one]
    most = int(os.environ.get("DEATHS") or max(KINDS.values()))
    kinds = [kind for kind, deaths in KINDS.items() if deaths <= most]
    return [(kind, life) for kind in kinds for life in lives if not only or life in only]


def _share(number: int, turn: Any, cluster: Any, journal: Path, until: float, say: Say) -> None:
    """Take one movement after the other, under all its faults, until there is none left."""
    from tests.prove.matrix.exploring import OutOfTimeError

    _aim(cluster, f"matrix{number}")
    turns = _turns()
    known: dict[str, dict[Any, Any]] = {}
    while True:
        with turn.get_lock():
            mine, turn.value = turn.value, turn.value + 1
        if mine >= len(turns):
            return
        kind, name = turns[mine]
        try:
            for life, fault in groups():
                if life.name == name:
                    states = known.setdefault(name, {})
                    _group(kind, (life, fault), states, journal, until, say)
        except OutOfTimeError:
            return


def _group(
    kind: str, group: "Group", known: dict[Any, Any], journal: Path, until: float, say: Say
) -> None:
    """Prove the singles, or the pairs, of a movement under a fault, unless they are proved."""
    from tests.prove.matrix import world as worlds
    from tests.prove.matrix.exploring import Explorer

    life, fault = group
    every = int(os.environ.get("EVERY") or 1) if kind == "pairs" else 1
    named = kind if every == 1 else f"{kind}, 1 in {every}"
    name = (life.name, f"{fault.mode} {fault.name}", named)
    done = read(journal).get(name)
    if done and _is_right(done):
        return
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mt4bo-matrix-") as folder,
        worlds.a_world(Path(folder)) as world,
    ):
        explorer = Explorer(world, known, until=until, every=every)
        counts = explorer.explore(life, fault, KINDS[kind])
    told = {"life": name[0], "fault": name[1], "kind": named, "seconds": time.monotonic() - begun}
    with journal.open("a") as out:
        out.write(json.dumps(told | asdict(counts) | {"told": _told(explorer)}) + "\n")
    _say_of(explorer, name, time.monotonic() - begun, say)


def _told(explorer: "Explorer") -> list[str]:
    return [f"{case}: {words[-1500:]}" for case, words in list(explorer.wrong.items())[:TOLD]]


def _say_of(explorer: "Explorer", name: Sequence[str], took: float, say: Say) -> None:
    counts = explorer.counts
    for words in _told(explorer)[:3]:
        say(f"    NOT PROVED: {words[-700:]}")
    say(
        f"    {' | '.join(name)}: {counts.cases:,} cases in {took:.0f} s, {counts.states:,} "
        f"states, {counts.died} died for real, {counts.wrong} wrong"
    )


def read(journal: Path) -> dict[Name, dict[str, Any]]:
    """What became of each movement under each fault, as it stood last."""
    found: dict[Name, dict[str, Any]] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # half a line of a run that was killed
        if "life" in told:
            found[told["life"], told["fault"], told["kind"]] = told
    return found


def _is_right(line: dict[str, Any]) -> bool:
    return not (line["lost"] or line["doubled"] or line["stuck"])


def _started() -> Any:
    """Start PostgreSQL with a migrated template."""
    from tests.prove.approvals.run import _started as started

    return started()


def _aim(cluster: Any, name: str) -> None:
    """Point Django at a database of this proof."""
    from django.db import connections

    from tests.cluster import APP

    database = cluster.create(name)
    place = {"NAME": database.name, "HOST": str(database.cluster.sockets), "USER": APP}
    connections.settings["default"].update(place | {"PORT": "", "PASSWORD": ""})
    connections["default"].settings_dict.update(place | {"PORT": "", "PASSWORD": ""})
    connections["default"].close()

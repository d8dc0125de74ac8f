"""`make prove ONLY=matrix`: every step × every fault × every kind of money movement, enumerated.

Singles: somebody dies before, or after, each step of each life under each fault. Pairs: dies there
where something different is left on disk, and again at every such moment of the recovery. After
each case everybody goes on until it is quiet, and the oracle judges. prove-results/matrix.jsonl has
a line a case, so an interrupted proof goes on where it ended; the seed changes nothing. WORKERS=2
lets two processes share the work (each has a database of its own).
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster import ROOT
from tests.prove.matrix.telling import told_of

if TYPE_CHECKING:
    from tests.prove.matrix.exploring import Explorer
    from tests.prove.matrix.faults import Fault
    from tests.prove.matrix.life import Life

    Group = tuple[Life, Fault]

Say = Callable[[str], None]
WHOLE, WRONG = "whole", "wrong"


def groups() -> "list[Group]":
    """Every kind of movement with every fault that can meet it, fault by fault."""
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.lives import LIVES

    return [
        (life, fault)
        for number, fault in enumerate(FAULTS)
        for life in LIVES
        if life.moves or number == 0
    ]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Go on with the cases that are not proved yet; 1 when one is not right."""
    del seed
    journal = ROOT / "prove-results" / "matrix.jsonl"
    journal.parent.mkdir(exist_ok=True)
    say(f"  Crash matrix: {len(read(journal)):,} lines are proved, {minutes:g} min more")
    until, shares = time.monotonic() + 60 * minutes, int(os.environ.get("WORKERS") or 1)
    cluster = _started()
    logging.disable(logging.CRITICAL)
    try:
        seen = _control(cluster)
        forked = get_context("fork")  # the house is loaded, and nothing is connected yet
        hands = [
            forked.Process(target=_share, args=(cluster, journal, (number, shares), until, say))
            for number in range(shares)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        logging.disable(logging.NOTSET)
        cluster.stop()
    lines = read(journal, wrong=True)
    told_of(lines, len(groups()), say)
    say(f"  positive control, the gate open: {seen or 'NO DOUBLE WAS SEEN'}")
    is_right = seen and not any(kind == WRONG for kind, _ in lines.values())
    return 0 if is_right and all(hand.exitcode == 0 for hand in hands) else 1


def control(folder: Path) -> str:
    """Let a command be delivered twice to an agent without a gate: the double that is found."""
    from tests.prove.matrix import world as worlds
    from tests.prove.matrix.faults import FAULTS
    from tests.prove.matrix.lives import DEBIT

    twice = next(one for one in FAULTS if one.name == "delivered twice to the gate")
    with worlds.a_world(folder, gate_open=True) as world, worlds.undone():
        try:
            worlds.Course(world, DEBIT, twice).live()
        except worlds.NotProved as found:
            return str(found)
    return ""


def _control(cluster: Any) -> str:
    _aim(cluster, "control")
    with tempfile.TemporaryDirectory(prefix="mt4bo-matrix-") as folder:
        seen = control(Path(folder))
    from django.db import connections

    connections["default"].close()
    return seen


def _share(cluster: Any, journal: Path, share: tuple[int, int], until: float, say: Say) -> None:
    """Prove every so many-th group: its singles first, then the pairs of all of them."""
    from tests.prove.matrix.exploring import OutOfTimeError

    number, shares = share
    _aim(cluster, f"matrix{number}")
    done = set(read(journal))
    mine = groups()[number::shares]
    with journal.open("a", buffering=1) as out:
        try:
            for kind in ("singles", "pairs"):
                for life, fault in mine:
                    _group(kind, (life, fault), done, out, until, say)
        except OutOfTimeError:
            return


def _group(kind: str, group: "Group", done: set[str], out: Any, until: float, say: Say) -> None:
    """Prove what is left of the singles, or of the pairs, of a life under a fault."""
    from tests.prove.matrix import world as worlds
    from tests.prove.matrix.exploring import Explorer, OutOfTimeError

    life, fault = group
    name = f"{life.name} | {fault.mode} {fault.name} | all {kind}"
    if name in done:
        return
    if time.monotonic() > until:
        raise OutOfTimeError

    def keep(case: str, what: str, count: int) -> None:
        out.write(json.dumps({"case": case, "kind": what, "count": count}) + "\n")

    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mt4bo-matrix-") as folder,
        worlds.a_world(Path(folder)) as world,
    ):
        explorer = Explorer(world, done, keep, until=until)
        try:
            getattr(explorer, kind)(life, fault)
        finally:
            for case, words in explorer.wrong.items():
                line = {"case": case, "kind": WRONG, "count": 1, "words": words[-2000:]}
                out.write(json.dumps(line) + "\n")
                say(f"    NOT PROVED: {case}: {words[-600:]}")
            _say_of(explorer, name, begun, say)
    if not explorer.wrong:
        keep(name, WHOLE, explorer.deaths)


def _say_of(explorer: "Explorer", name: str, begun: float, say: Say) -> None:
    took = time.monotonic() - begun
    say(
        f"    {name}: {explorer.deaths:,} deaths in {took:.0f} s ({explorer.deaths / took:.1f} a "
        f"second) left {explorer.states:,} different states, {len(explorer.wrong)} wrong"
    )


def read(journal: Path, *, wrong: bool = False) -> dict[str, tuple[str, int]]:
    """Each case's kind and count, as it stood last; those that went wrong only when asked for."""
    found: dict[str, tuple[str, int]] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # half a line of a run that was killed
        found[told["case"]] = (told["kind"], told["count"])
    return {name: one for name, one in found.items() if wrong or one[0] != WRONG}


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

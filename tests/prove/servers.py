"""Kill runs of the simulated server: killed while its clients trade, its disk stays sound.

Every round kills the same server once more, so that its history grows over all of them;
prove-results/servers-SEED.jsonl keeps a line a kill.
"""

import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster import ROOT
from tests.factories.desks.killed import sound_after_kill

Say = Callable[[str], None]


def prove(minutes: float, seed: int, say: Say) -> int:
    """Kill for so many minutes; 1 when an invariant did not hold afterwards."""
    results = ROOT / "prove-results" / f"servers-{seed}.jsonl"
    results.parent.mkdir(exist_ok=True)
    before = len(results.read_text().splitlines()) if results.exists() else 0
    chance, end = random.Random(f"servers {seed} {before}"), time.monotonic() + 60 * minutes
    say(f"  Server kills, seed {seed}: {before} are proved, going on for {minutes:g} min")
    done, tickets = 0, 0
    world = ("--seed", str(seed + before), "--accounts", "12", "--days", "3")
    with tempfile.TemporaryDirectory(prefix="mt4-", dir="/tmp") as folder:
        while time.monotonic() < end:
            try:
                tickets = sound_after_kill(Path(folder), after=chance.uniform(0, 3), world=world)
            except AssertionError as wrong:
                say(f"  kill {before + done + 1} left a server that is not sound: {wrong}")
                return 1
            done += 1
            with results.open("a") as file:
                file.write(json.dumps({"kill": before + done, "last_ticket": tickets}) + "\n")
    say(f"  {before + done} kills, 0 unsound servers, last ticket {tickets}")
    return 0

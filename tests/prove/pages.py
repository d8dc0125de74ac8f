"""The kill runs of the pages: parts die at random for minutes, and no page tells an untruth.

prove-results/kills-SEED.jsonl keeps one line a kill; the counts are of all of them.
"""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.cluster import ROOT
from tests.journeys.running import Demo
from tests.prove.kills import Kill, KillRun, Untrue

Say = Callable[[str], None]


def read(journal: Path) -> list[Kill]:
    """What was proved before; a half-written last line does not count."""
    kills = []
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            kills.append(Kill(**json.loads(line)))
        except (ValueError, TypeError):
            break
    return kills


def report(kills: list[Kill], say: Say) -> None:
    """Counts, and the seconds to recovery, by part."""
    by_part: dict[str, list[Kill]] = defaultdict(list)
    for kill in kills:
        by_part[kill.part].append(kill)
    say(f"  {'killed':12}{'times':>6}{'median s':>10}{'worst s':>9}{'answers':>9}{'refused':>9}")
    for part, some in sorted(by_part.items()):
        seconds = sorted(kill.seconds for kill in some)
        say(
            f"  {part:12}{len(some):>6}{seconds[len(seconds) // 2]:>10.1f}{seconds[-1]:>9.1f}"
            f"{sum(kill.answers for kill in some):>9}{sum(kill.refused for kill in some):>9}"
        )
    say(f"  {len(kills)} kills, {len(kills)} recoveries, 0 untrue pages")


def prove(minutes: float, seed: int, say: Say) -> int:
    """Kill for so many minutes; 1 when a page was untrue or something did not come back."""
    journal = ROOT / "prove-results" / f"kills-{seed}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    kills = read(journal)
    end = time.monotonic() + 60 * minutes
    say(f"  Kill runs, seed {seed}: {len(kills)} kills are proved, going on for {minutes:g} min")
    with tempfile.TemporaryDirectory(prefix="mt4bo-prove-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user walks through it
        demo = Demo(Path(folder)).start()
        run = KillRun(demo, seed, done=len(kills))
        try:
            while time.monotonic() < end:
                kill = run.kill()
                kills.append(kill)
                with journal.open("a") as out:
                    out.write(json.dumps(asdict(kill)) + "\n")
                say(f"  {kill.part:12} well again after {kill.seconds:5.1f} s")
        except Untrue as problem:
            say(f"  NOT PROVED, seed {seed}, kill {len(kills) + 1}: {problem}")
            return 1
        finally:
            run.close()
            demo.stop()
            demo.verb("reset")
    report(kills, say)
    return 0

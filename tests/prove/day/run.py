"""`make prove ONLY=day [EVENTS=100000]`: chapters of a simulated day, each ended by a comparison.

With EVENTS it ends when so many things happened, otherwise after the minutes. In each chapter all
twelve faults and the death of every process have their turn; when it is quiet nothing differs, and
what is then falsified on purpose is found. prove-results/day-SEED.jsonl keeps one line a chapter;
the counts are of all of them, over as many runs as it took.
"""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.cluster import ROOT
from tests.journeys.running import Demo
from tests.prove.day.outside import Chapter, DemoDay

LEAST, MOST = 2_000, 12_000  # events that are tried in a chapter; the server refuses some
WHOLE_DAY = 100_000
ACCOUNTS = "60"

Say = Callable[[str], None]


def read(journal: Path) -> list[Chapter]:
    """What was proved before; a half-written last line does not count."""
    chapters = []
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            chapters.append(Chapter(**json.loads(line)))
        except (ValueError, TypeError):
            break
    return chapters


def report(chapters: list[Chapter], say: Say) -> None:
    """Counts over all chapters."""
    faults, deaths = Counter[str](), Counter[str]()
    for chapter in chapters:
        faults.update(chapter.faults)
        deaths.update(chapter.deaths)
    events = sum(one.events for one in chapters)
    refused = sum(one.refused for one in chapters)
    say(f"  {events:,} of {WHOLE_DAY:,} events ({refused:,} more were refused by the server)")
    say(f"  deaths  {', '.join(f'{part} {count}' for part, count in sorted(deaths.items()))}")
    say(f"  faults  {', '.join(f'{mode} {count}' for mode, count in sorted(faults.items()))}")
    say(f"  {len(chapters)} comparisons of the whole book, 0 differences")
    injected = sum(one.injected for one in chapters)
    say(f"  {injected:,} differences made on purpose, {injected:,} found")
    say(f"  {sum(one.seconds for one in chapters) / 60:.1f} min")


def prove(minutes: float, seed: int, say: Say) -> int:
    """Let chapters happen for so many minutes or events; 1 when something differed."""
    journal = ROOT / "prove-results" / f"day-{seed}.jsonl"
    journal.parent.mkdir(exist_ok=True)
    chapters, wanted = read(journal), int(os.environ.get("EVENTS") or 0)
    end = time.monotonic() + 60 * minutes

    def is_over() -> bool:
        return sum(one.events for one in chapters) >= wanted > 0 or (
            not wanted and time.monotonic() >= end
        )

    size = min(MOST, max(LEAST, wanted // 8))
    until = f"until {wanted:,} events" if wanted else f"{minutes:g} min more"
    say(f"  Simulated day, seed {seed}: {len(chapters)} chapters are proved, {until}")
    if is_over():
        report(chapters, say)
        return 0
    with tempfile.TemporaryDirectory(prefix="mt4bo-day-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user walks through it
        demo = Demo(Path(folder), ACCOUNTS=ACCOUNTS, DEMO_FAULTS="1").start()
        day = DemoDay(demo, f"day {seed} {len(chapters)}")
        try:
            while not is_over():
                chapter = day.chapter(size)
                if not chapter.is_equal:
                    say(f"  NOT PROVED, seed {seed}, chapter {len(chapters) + 1}:")
                    say(chapter.verdict)
                    return 1
                chapters.append(chapter)
                with journal.open("a") as out:
                    out.write(json.dumps(asdict(chapter)) + "\n")
                so_far = sum(one.events for one in chapters)
                say(
                    f"  {so_far:,}: {chapter.events:,} events in {chapter.seconds:g} s,"
                    f" {chapter.injected} falsified and found: {chapter.verdict}"
                )
        finally:
            day.close()
            demo.stop()
            demo.verb("reset")
    report(chapters, say)
    return 0

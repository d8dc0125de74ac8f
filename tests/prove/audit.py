"""Every bit of a bundle turned; of a bigger one every entry moved, every tail cut, forks.

Turning a bit means reading the bundle whole, so that the work grows with its square: the bits are
those of a hundred entries. Each is turned once over all runs with a seed:
prove-results/audit-SEED.json keeps the place.
"""

import json
import time
from collections.abc import Callable

from backoffice.audit.calc import verify_bundle
from tests.backoffice.audit.bundles import (
    Files,
    a_bundle,
    check,
    entries_of,
    entry_at,
    flipped,
    forged,
    moved,
)
from tests.cluster import ROOT

Say = Callable[[str], None]
ENTRIES, LENGTH = 1000, 300
SIGNED = (256, 512, 768, 1000)
UNSIGNED = tuple(range(32, 1000, 32))
FEW, FEW_SIGNED, FEW_UNSIGNED = 100, (32, 64, 100), (16, 48, 80)
ORDER = ("checkpoints.txt", "keys.txt", "proofs.txt", "roots.txt", "leaves.bin", "entries.jsonl")


def prove(minutes: float, seed: int, say: Say) -> int:
    """Turn, move, cut and forge for so many minutes; 1 when something was not found."""
    end = time.monotonic() + 60 * minutes
    results = ROOT / "prove-results" / f"audit-{seed}.json"
    results.parent.mkdir(exist_ok=True)
    done = json.loads(results.read_text()) if results.exists() else {"moves": 0, "bits": 0}
    entries = entries_of(ENTRIES, LENGTH)
    files = a_bundle(entries, SIGNED, unsigned=UNSIGNED)
    few = a_bundle(entries_of(FEW, LENGTH), FEW_SIGNED, unsigned=FEW_UNSIGNED)
    bits = sum(8 * len(few[name]) for name in ORDER)
    say(f"  Audit bundle, seed {seed}: {done['bits']:,} of {bits:,} bits, {done['moves']:,} moves "
        f"are proved, going on for {minutes:g} min")  # fmt: skip
    for honest in (files, few):
        if (bad := check(honest).bad) is not None:
            say(f"  an honest bundle is refused: {bad}")
            return 1
    wrong = _bits(few, done, end) or _moves(files, entries, done, end)
    results.write_text(json.dumps(done))
    say(f"  {wrong}" if wrong else f"  {done['bits']:,} of {bits:,} bits and {done['moves']:,} "
        "moves, cuts and forks: all found, the first bad entry named")  # fmt: skip
    return 1 if wrong else 0


def _moves(files: Files, entries: list[bytes], done: dict[str, int], end: float) -> str:
    for number, (what, first, changed) in enumerate(moved(files)):
        if number < done["moves"] or time.monotonic() > end:
            continue
        bad = check(changed).bad
        if bad is None or bad.index != first:
            return f"entry {first} {what}: {bad and bad.index}"
        done["moves"] = number + 1
    count = 4 * ENTRIES - 2
    for at in range(ENTRIES):
        if count + at < done["moves"] or time.monotonic() > end:
            continue
        bad = check(forged(entries, SIGNED, at, files)).bad
        if bad is None or bad.index != max(s for s in (0, *SIGNED) if s <= at):
            return f"a fork at {at}: {bad and bad.index}"
        done["moves"] = count + at + 1
    return ""


def _bits(files: Files, done: dict[str, int], end: float) -> str:
    place = 0
    for name in ORDER:
        count = 8 * len(files[name])
        for bit in range(max(0, done["bits"] - place), count):
            if time.monotonic() > end:
                return ""
            bad = check(flipped(files, name, bit)).bad
            if bad is None or (name == "entries.jsonl" and bad.index != entry_at(files, bit // 8)):
                return f"bit {bit} of {name}: {bad and bad.index}"
            if name == "leaves.bin" and bad.index != bit // 8 // verify_bundle.HASH:
                return f"bit {bit} of {name}: {bad.index}"
            done["bits"] = place + bit + 1
        place += count
    return ""

"""The table of what the matrix has proved: each kind of movement under each fault."""

from collections import Counter
from collections.abc import Callable, Mapping

Say = Callable[[str], None]


def told_of(lines: Mapping[str, tuple[str, int]], wanted: int, say: Say) -> None:
    """Say how many deaths of each movement under each fault came right; `wanted` groups are all."""
    counts = Counter[tuple[str, str, str]]()
    whole = Counter[str]()
    for name, (kind, count) in lines.items():
        life, fault, rest = (part.strip() for part in name.split("|", 2))
        if kind == "whole":
            whole[rest] += 1
        else:
            counts[life, fault.split(" ")[0], kind] += count
    lives = list(dict.fromkeys(life for life, _, _ in counts))
    modes = sorted({mode for _, mode, _ in counts})
    say("  singles + pairs of deaths, by movement and fault mode; 0 lost, 0 doubled, 0 stuck in "
        "each but where WRONG is said")  # fmt: skip
    say(f"  {'':12}" + "".join(f"{mode:>13}" for mode in modes))
    for life in lives:
        cells = [_cell(counts, life, mode) for mode in modes]
        say(f"  {life:12}" + "".join(f"{cell:>13}" for cell in cells))
    total = Counter[str]()
    for (_, _, kind), count in counts.items():
        total[kind] += count
    say(f"  {total['single']:,} singles and {total['pairs']:,} pairs, {total['wrong']:,} wrong")
    say(f"  whole: singles of {whole['all singles']} and pairs of {whole['all pairs']} "
        f"of {wanted} movements × variants of faults")  # fmt: skip


def _cell(counts: Mapping[tuple[str, str, str], int], life: str, mode: str) -> str:
    wrong = counts[life, mode, "wrong"]
    told = f"{counts[life, mode, 'single']}+{counts[life, mode, 'pairs']}"
    return f"{told} WRONG {wrong}" if wrong else told

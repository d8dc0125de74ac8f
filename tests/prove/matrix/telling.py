"""The table of what the matrix has proved: each kind of movement under each fault."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Say = Callable[[str], None]
Line = Mapping[str, Any]
_COUNTED = ("singles", "pairs", "states", "died", "lost", "doubled", "stuck")


def told_of(lines: Iterable[Line], wanted: int, say: Say) -> None:
    """Say how many deaths of each movement under each fault came right; `wanted` groups are all."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    whole = Counter[str]()
    for line in lines:
        life, fault, kind = line["life"], line["fault"].split(" ")[0], line["kind"].split(",")[0]
        cell = counts.setdefault((life, fault), Counter())
        cell[kind] += line["cases"]
        for name in _COUNTED[2:]:
            cell[name] += line[name]
        whole[kind] += not _wrong(line)
    say("  movement × fault: a death at every step (singles), and a second one at every step of")
    say("  the recovery (pairs)")
    heads = (*_COUNTED[:2], "proved", *_COUNTED[2:])
    say(f"  {'':20}" + "".join(f"{one:>12}" for one in heads))
    total = Counter[str]()
    for (life, fault), cell in sorted(counts.items(), key=lambda one: list(counts).index(one[0])):
        say(f"  {life:14}{fault:6}" + _row(cell))
        total.update(cell)
    say(f"  {'in all':20}" + _row(total))
    say("  states: different ones that deaths left, each lived on from; the other cases left the "
        "same. died: cases of those that were died for real, as a check")  # fmt: skip
    say(f"  whole: singles of {whole['singles']} and pairs of {whole['pairs']} "
        f"of {wanted} movements × variants of faults")  # fmt: skip


def _row(cell: Mapping[str, int]) -> str:
    proved = cell["singles"] + cell["pairs"] - _wrong(cell)
    shown = [cell["singles"], cell["pairs"], proved, *(cell[name] for name in _COUNTED[2:])]
    return "".join(f"{one:>12,}" for one in shown)


def _wrong(line: Line) -> int:
    return sum(int(line[name]) for name in ("lost", "doubled", "stuck"))

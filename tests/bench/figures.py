"""One figure of the bench: ours, the bare limit beside it, their ratio, the goal."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from tests.bench.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A row. `more_is_better` says which way the ratio ours/bare points to the good."""

    name: str
    unit: str
    ours: float
    bare: float
    goal: float  # of the ratio: at most, or at least where more is better
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the bare limit."""
        return self.ours / self.bare if self.bare else 0.0

    @property
    def is_met(self) -> bool:
        """True when the goal is reached."""
        return self.ratio >= self.goal if self.more_is_better else self.ratio <= self.goal

    def row(self) -> dict[str, object]:
        """As bench-results.json keeps it."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "met": self.is_met}

    def __str__(self) -> str:
        goal = f"{'≥' if self.more_is_better else '≤'} {self.goal:g}"
        return (
            f"  {self.name:34} {self.ours:>12,.1f} {self.bare:>12,.1f} {self.unit:7}"
            f"{self.ratio:8.2f}  {goal:8} {'met' if self.is_met else 'NOT MET':8} {self.note}"
        )


HEADING = f"  {'name':34} {'ours':>12} {'bare':>12} {'':7}{'ratio':>8}  {'goal':8}"
Bench = Callable[[Stage], list[Figure]]


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def tail(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]
